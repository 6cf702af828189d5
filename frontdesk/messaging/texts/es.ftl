# What staff read on WhatsApp. No patient's name, number or words.
emergency = Posible urgencia en un chat. Abra el chat y llame al paciente. Cualquier respuesta a este mensaje confirma que lo ha visto.
handover = Un paciente espera a una persona del equipo. Cualquier respuesta a este mensaje confirma que lo ha visto.
dead-letter = No se pudo responder automáticamente a un paciente. Responda usted, por favor.
undelivered = Una respuesta no llegó al paciente. Contacte con él, por favor.
instance-lost = El WhatsApp de la clínica está desconectado: hace falta un nuevo código QR. Los mensajes esperan.
stale-emergency = Ha llegado un mensaje antiguo sobre una posible urgencia. Revise el chat, por favor.
overdue-follow-up = Una respuesta prometida a un paciente lleva retraso. Abra el chat, por favor.
untold = Se reservó o cambió una cita en este chat y el paciente no lo sabe todavía. Avísele, por favor.
