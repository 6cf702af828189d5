apology-timeout = Desculpe a demora. Recebemos a sua mensagem e responderemos em breve.
apology-error = Desculpe, houve um problema do nosso lado. Passei a sua mensagem para a equipe.
apology-unavailable = Desculpe, não consigo fazer isso agora. Passei a sua mensagem para a equipe e eles vão entrar em contato.

error-general = Desculpe, não deu certo. Tente de novo ou escreva “atendente” para falar com a nossa equipe.
error-booking = Desculpe, não foi possível salvar a consulta. Nada foi alterado. Tente de novo ou escreva “atendente” para falar com a nossa equipe.
error-not-understood = Desculpe, não entendi bem. Pode dizer de outra forma?
error-unsupported-content = Desculpe, aqui só consigo ler mensagens de texto. Escreva com palavras, por favor.

# Em português 1,5 é singular: "1,5 hora".
followup-minutes = Entraremos em contato com você em { $minutes ->
    [one] { $minutes } minuto
    [many] { $minutes } de minutos
   *[other] { $minutes } minutos
}.
followup-hours = Entraremos em contato com você em { $hours ->
    [one] { $hours } hora
    [many] { $hours } de horas
   *[other] { $hours } horas
}.
followup-within-hours = Entraremos em contato com você em até { $hours ->
    [one] { $hours } hora
    [many] { $hours } de horas
   *[other] { $hours } horas
}.
