# Said when the usual answer fails. No promise here that nobody keeps: each is followed by a staff alert.
apology-timeout = Sorry for the delay. Your message has reached us and we will answer shortly.
apology-error = Sorry, something went wrong on our side. I have passed your message on to the team.
apology-unavailable = Sorry, I cannot do this right now. I have passed your message on to the team and they will contact you.

error-general = Sorry, that did not work. Please try again, or write “human” to reach our team.
error-booking = Sorry, the appointment could not be saved. Nothing has been changed. Please try again, or write “human” to reach our team.
error-not-understood = Sorry, I did not quite understand. Could you put it another way?
error-unsupported-content = Sorry, I can only read text messages here. Please write it in words.

followup-minutes = We will get back to you in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
followup-hours = We will get back to you in { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}.
followup-within-hours = We will get back to you within { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}.
