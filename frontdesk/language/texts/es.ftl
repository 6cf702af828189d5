apology-timeout = Disculpe la demora. Hemos recibido su mensaje y le responderemos en breve.
apology-error = Disculpe, ha ocurrido un problema por nuestra parte. He pasado su mensaje al equipo.
apology-unavailable = Disculpe, ahora mismo no puedo hacerlo. He pasado su mensaje al equipo y le contactarán.

error-general = Disculpe, no ha funcionado. Inténtelo de nuevo o escriba «persona» y le atenderá nuestro equipo.
error-booking = Disculpe, no se pudo guardar la cita. No ha cambiado nada. Inténtelo de nuevo o escriba «persona» y le atenderá nuestro equipo.
error-not-understood = Disculpe, no le he entendido bien. ¿Puede decirlo de otra manera?
error-unsupported-content = Disculpe, aquí solo puedo leer mensajes de texto. Escríbalo con palabras, por favor.

followup-minutes = Nos pondremos en contacto con usted en { $minutes ->
    [one] { $minutes } minuto
    [many] { $minutes } de minutos
   *[other] { $minutes } minutos
}.
followup-hours = Nos pondremos en contacto con usted en { $hours ->
    [one] { $hours } hora
    [many] { $hours } de horas
   *[other] { $hours } horas
}.
followup-within-hours = Nos pondremos en contacto con usted en un plazo de { $hours ->
    [one] { $hours } hora
    [many] { $hours } de horas
   *[other] { $hours } horas
}.
