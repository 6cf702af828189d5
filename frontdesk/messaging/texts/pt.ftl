# What staff read on WhatsApp. No patient's name, number or words.
emergency = Possível emergência em uma conversa. Abra a conversa e ligue para o paciente. Qualquer resposta a esta mensagem confirma que você viu.
handover = Um paciente espera por alguém da equipe. Qualquer resposta a esta mensagem confirma que você viu.
dead-letter = Não foi possível responder automaticamente a um paciente. Responda você, por favor.
undelivered = Uma resposta não chegou ao paciente. Entre em contato, por favor.
instance-lost = O WhatsApp da clínica está desconectado: é preciso um novo código QR. As mensagens aguardam.
stale-emergency = Chegou uma mensagem antiga sobre uma possível emergência. Verifique a conversa.
overdue-follow-up = Uma resposta prometida a um paciente está atrasada. Abra a conversa, por favor.
untold = Uma consulta foi marcada ou alterada nesta conversa e o paciente ainda não foi avisado. Avise-o, por favor.
