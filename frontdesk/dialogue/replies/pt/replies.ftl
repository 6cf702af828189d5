# Respostas em português do Brasil: curtas, gentis, com uma pergunta no fim. Os valores já vêm formatados.
# Sem gênero do paciente.

## Peças
moment = { $day }, às { $clock }
minutes = { $count ->
    [one] { $count } minuto
    [many] { $count } minutos
   *[other] { $count } minutos
}
closed = fechado
language-en = inglês
language-ru = russo
language-es = espanhol
language-pt = português
language-he = hebraico
language-ar = árabe
language-fr = francês
language-uk = ucraniano
language-de = alemão
language-it = italiano
button-yes = Sim
button-no = Não
button-book = Agendar
button-human = Falar com alguém

## Primeiro contato
introduction = Olá! Aqui é o assistente automático da { $clinic }.
greeting = Olá! Aqui é da { $clinic }. Como posso ajudar: agendar, preços, horário de funcionamento?
thanks = De nada! Se precisar de mais alguma coisa, é só escrever aqui.
how-help = Como posso ajudar? Aqui você pode marcar, remarcar ou cancelar uma consulta, ou perguntar sobre preços e horários.
start-over = Tudo bem, vamos do começo.
explain-lead = Vou explicar de outro jeito.
explain-yes-no = Escreva “sim” ou “não”.
explain-number = É só escrever o número, por exemplo “1”.
explain-time = Escreva um dia e um horário, por exemplo “amanhã às 10”.
explain-service = Escreva o que você precisa, ou o número na lista.
language-agreed = Claro, continuamos em português.
dropped = Tudo bem, deixamos isso de lado. Posso ajudar com mais alguma coisa?
out-of-scope = Sinto muito, com isso não consigo ajudar. Posso marcar, remarcar ou cancelar sua consulta e responder sobre serviços, preços e horários.
own-visits-only = Sinto muito, só posso falar das suas próprias consultas. Como posso ajudar você?
no-medicine = Não posso orientar sobre remédios nem doses; por favor, pergunte a um médico ou na farmácia.
unclear = Desculpe, não entendi bem. Você quer marcar, remarcar ou cancelar uma consulta, ou tem uma pergunta?
unclear-short = Desculpe, não entendi bem.
unclear-choices = Ainda não entendi do que você precisa. Você pode escrever:
    • “marcar consulta”
    • “remarcar” ou “cancelar”
    • “preços” ou “horário de funcionamento”
    • “falar com uma pessoa”, e nossa equipe responde
too-long = Essa mensagem é bem longa! Por favor, diga em uma ou duas frases do que você precisa.
audio = Ainda não consigo ouvir áudios. Por favor, escreva em poucas palavras.
emergency-line = Em caso de emergência, ligue { $number }.
file = Obrigado, recebemos e nossa equipe vai ver. Se precisar de algo agora, escreva com palavras, por favor.
sticker = 🙂 Como posso ajudar?
minor = Para quem tem menos de 18 anos, quem marca é o pai, a mãe ou um responsável. Peça, por favor, para um deles escrever aqui, ou nossa equipe ajuda você.
sorry = Sinto muito por isso.
human = Claro, vou passar sua mensagem para nossa equipe. Uma pessoa vai responder por aqui.
human-anyway = Vou passar sua mensagem agora para nossa equipe. Uma pessoa vai responder por aqui.
staff-will-write = Nossa equipe está com sua mensagem e vai responder por aqui.
follow-up = { $minutes ->
    [15] Vamos entrar em contato com você em até 15 minutos.
    [60] Vamos entrar em contato com você em até uma hora.
    [90] Vamos entrar em contato com você em até uma hora e meia.
   *[other] Vamos entrar em contato com você em até 4 horas.
}
emergency = Isso pode ser uma emergência. Por favor, ligue agora para { $number } ou vá ao pronto-socorro mais próximo; não espere uma resposta aqui. Nossa equipe já foi avisada.
emergency-bare = Isso pode ser uma emergência. Por favor, ligue agora para o serviço de emergência; não espere uma resposta aqui. Nossa equipe já foi avisada.
self-harm = Que bom que você escreveu. Você não precisa passar por isso sem ajuda. Por favor, ligue agora para { $crisis }, vão escutar você; em perigo imediato, ligue { $emergency }. Nossa equipe já foi avisada.
self-harm-bare = Que bom que você escreveu. Você não precisa passar por isso sem ajuda. Por favor, ligue agora para o serviço de emergência. Nossa equipe já foi avisada.

## Serviços, preços, doutores
services-lead = O que fazemos:
service-offered = { $service }: sim, fazemos. Dura { $length }.
service-length-of = { $service }: dura { $length }.
service-length = Dura { $length }.
service-price = { $service }: { $price }.
price-only = O valor é { $price }.
price-unknown = { $service }: nossa equipe informa o valor.
service-doctors = { $count ->
    [one] Quem faz: { $doctors }.
    [many] Quem faz: { $doctors }.
   *[other] Quem faz: { $doctors }.
}
doctor-explains = Como é na prática e o que é melhor para você, o doutor ou a doutora explica na consulta.
complaint = Sinto muito por esse incômodo. O melhor é alguém da clínica dar uma olhada.
payment = Sobre formas de pagamento, convênios e recibos nossa equipe responde; já passei sua pergunta.
not-offered = Sinto muito, não fazemos esse serviço.
we-offer = Fazemos: { $services }.
ask-interest = Qual deles interessa a você?
offer-booking = Quer marcar um horário?
offer-booking-with = Quer marcar um horário?
offer-visit = Quer marcar um horário, ou prefere que nossa equipe escreva para você?
doctor-not-offering = { $doctor } não faz este serviço: { $service }.
doctors-lead = Quem atende na clínica:
doctor-sees = { $doctor } atende:
doctor-on-day = { $doctor } atende em { $day }: { $hours }.
doctor-languages = Idiomas: { $languages }.
doctor-speaks = { $doctor } fala { $spoken }.
doctor-speaks-other = { $doctor } fala { $languages }.
nobody-speaks = Sinto muito, ninguém da nossa equipe médica fala { $spoken }.
doctor-services = Serviços: { $services }.
no-such-doctor = Sinto muito, não encontro esse nome na nossa clínica.
ask-which-doctor-to-see = Com quem você gostaria de marcar?

## A clínica
hours-lead = Nosso horário:
hours-of-day = { $day }: aberto { $hours }.
address = Nosso endereço: { $text }.
parking = Estacionamento: { $text }.
parking-unknown = Sobre estacionamento, nossa equipe informa você.
phone = Telefone: { $phone }.
ask-staff-fact = Nossa equipe informa você com prazer.

## Agendamento
noted = Anotado: { $what }.
noted-soonest = Vou procurar o quanto antes.
ask-service = Com prazer! O que você gostaria de marcar?
ask-service-again = O que você gostaria de marcar?
ask-which-service = Qual deles você quer dizer?
ask-which-doctor = Com quem você quer marcar?
ask-other-service = Quer ver outro serviço?
ask-other-doctor = Com quem você prefere?
offer-doctor = Quem faz é { $doctor }. Quer que eu veja um horário?
ask-day = { $what }. Qual dia e horário ficam bons para você?
ask-day-again = Qual dia e horário ficam bons para você?
soonest = Os próximos horários livres:
offer-day = { $what }. Livre em { $day }:
offer-times = { $what }. Horários livres:
ask-which-time = Qual fica bom? Também pode dizer outro horário.
ask-which-number = Qual deles? É só escrever o número.
ask-other-day = Qual outro dia e horário ficam bons para você?
ask-other-time = Tudo bem. Qual outro dia e horário ficam bons para você?
instead = Mas está livre:
later-times = Mais para a frente tem:
earlier-times = Mais cedo tem:
other-times = Outros horários:
other-days = Em outros dias:
nothing-earlier = Não há nada antes disso.
nothing-else = Não há mais nada livre.
propose-booking = { $visit } ({ $details }).
ask-book = Posso marcar?
note-child = Vou marcar no seu nome, para a criança.
note-adult = Vou marcar no seu nome, para a pessoa por quem você escreve.
visit-for-child = { $visit } (para a criança)
visit-for-other_adult = { $visit } (para a pessoa por quem você escreveu)
each-in-turn = Cada pessoa tem sua própria consulta, então marcamos uma de cada vez.
booked = Pronto, está marcado: { $visit }. Esperamos você!
declined-booking = Tudo bem, não marquei. Quer outro dia ou horário?

## Por que não
refused-taken = Sinto muito, { $when } já está ocupado.
refused-nobody-in = Sinto muito, quem faz isso não atende em { $when }.
refused-off-grid = Sinto muito, { $when } não é possível: os horários começam a cada quinze minutos.
refused-full = Sinto muito, não há nada livre em { $day }.
refused-closed = Em { $day } a clínica está fechada.
refused-holiday = { $day }: { $name }, a clínica está fechada.
refused-time-off = { $doctor } não atende em { $day }.
refused-day-off = { $doctor } não atende em { $day }. Dias de atendimento: { $days }.
refused-past = Essa data já passou: { $when }.
refused-outside-hours = { $when } fica fora do nosso horário. Nesse dia: { $hours }.
refused-doctor-hours = { $when } fica fora do horário de { $doctor }. Nesse dia: { $hours }.
refused-too-far = { $when } ainda está longe demais para marcar.

## Visitas
visits-lead = { $count ->
    [one] Sua consulta:
    [many] Suas consultas:
   *[other] Suas consultas:
}
visits-tail = Se quiser remarcar ou cancelar, é só escrever.
your-visit = Sua consulta: { $visit }.
no-visits = Você não tem consultas marcadas aqui. Quer marcar uma?
no-visits-yet = Você ainda não tem consultas marcadas aqui.
no-such-visit = Não encontro essa consulta. Você tem:
ask-which-visit = De qual consulta você está falando?
ask-confirm-visit = Sua consulta: { $visit }. Você confirma?
ask-confirm-again = Você confirma sua consulta?
confirmed = Obrigado, está confirmada: { $visit }. Esperamos você!
ask-move-or-cancel = Tudo bem, não confirmei. Prefere remarcar para outro horário ou cancelar?
ask-new-time = { $visit }. Para qual dia e horário eu mudo?
propose-move = Novo horário: { $new }.
propose-move-from = Era: { $old }. Passa para: { $new }.
ask-move = Posso remarcar?
moved = Pronto, está remarcada: { $visit }. Esperamos você!
kept-as-is = Tudo bem, nada muda: sua consulta fica como estava.
ask-cancel = Cancelo esta consulta: { $visit }?
ask-cancel-again = Posso cancelar?
cancelled = Consulta cancelada: { $visit }. Se quiser outro horário, é só escrever.
kept = Sua consulta fica como estava: { $visit }.
not-changeable = Esta consulta não pode mais ser alterada. Nossa equipe ajuda você.

## What is remembered
memory-ask = Posso lembrar as suas preferências (idioma, profissional, horários que lhe convêm) para a próxima vez? Pode voltar atrás quando quiser: escreva «apague os meus dados».
memory-kept = Obrigado, vou lembrar as suas preferências. Se mudar de ideia, escreva «apague os meus dados».
memory-declined = Tudo bem, não vou lembrar nada além das suas consultas.
memory-forgotten = Pronto: já não guardo preferências suas. As suas consultas continuam na agenda da clínica; sobre o prontuário, pergunte à equipe, por favor.
