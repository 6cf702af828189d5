# Respuestas en español: breves, amables, de usted, con una pregunta al final. Los valores llegan ya formateados.
# Sin género del paciente.

## Piezas
moment = { $day } a las { $clock }
minutes = { $count ->
    [one] { $count } minuto
    [many] { $count } minutos
   *[other] { $count } minutos
}
closed = cerrado
language-en = inglés
language-ru = ruso
language-es = español
language-pt = portugués
language-he = hebreo
language-ar = árabe
language-fr = francés
language-uk = ucraniano
language-de = alemán
language-it = italiano
button-yes = Sí
button-no = No
button-book = Agendar
button-human = Hablar con alguien

## Primer contacto
introduction = Hola, soy el asistente automático de { $clinic }.
greeting = ¡Hola! Le saluda { $clinic }. ¿En qué puedo ayudarle: una cita, los precios, el horario?
thanks = ¡De nada! Si necesita algo más, escríbame por aquí.
how-help = ¿En qué puedo ayudarle? Aquí puede pedir, cambiar o anular una cita, o preguntar por los precios y el horario.
start-over = De acuerdo, desde el principio.
explain-lead = Se lo digo de otra manera.
explain-yes-no = Escriba «sí» o «no».
explain-number = Escriba solo el número, por ejemplo «1».
explain-time = Escriba un día y una hora, por ejemplo «mañana a las 10».
explain-service = Escriba lo que necesita, o su número en la lista.
language-agreed = Por supuesto, seguimos en español.
dropped = De acuerdo, lo dejamos. ¿Puedo ayudarle en algo más?
out-of-scope = Lo siento, con eso no puedo ayudarle. Puedo agendar, cambiar o anular su cita y responder sobre servicios, precios y horario.
own-visits-only = Lo siento, solo puedo hablar de sus propias citas. ¿En qué puedo ayudarle?
no-medicine = No puedo aconsejarle sobre medicamentos ni dosis; consúltelo, por favor, con un médico o en la farmacia.
unclear = Disculpe, no le he entendido bien. ¿Quiere pedir, cambiar o anular una cita, o tiene una pregunta?
unclear-short = Disculpe, no le he entendido bien.
unclear-choices = Todavía no tengo claro qué necesita. Puede escribir:
    • «pedir cita»
    • «cambiar mi cita» o «anular mi cita»
    • «precios» u «horario»
    • «una persona», y le escribirá nuestro equipo
too-long = Es un mensaje muy largo. Por favor, dígame en una o dos frases qué necesita.
audio = Todavía no puedo escuchar audios. Por favor, escríbamelo en pocas palabras.
emergency-line = En una emergencia llame al { $number }.
file = Gracias, lo hemos recibido y nuestro equipo lo verá. Si necesita algo ahora, escríbamelo con palabras.
sticker = 🙂 ¿En qué puedo ayudarle?
minor = Para menores de 18 años la cita la pide el padre, la madre o un tutor. Por favor, que alguno de tus padres nos escriba por aquí, o te ayuda nuestro equipo.
sorry = Siento mucho lo ocurrido.
human = Por supuesto, paso su mensaje a nuestro equipo. Una persona le escribirá por aquí.
human-anyway = Paso ahora mismo su mensaje a nuestro equipo. Una persona le escribirá por aquí.
staff-will-write = Nuestro equipo tiene su mensaje y le escribirá por aquí.
follow-up = { $minutes ->
    [15] Le contactaremos en los próximos 15 minutos.
    [60] Le contactaremos en menos de una hora.
    [90] Le contactaremos en menos de una hora y media.
   *[other] Le contactaremos en menos de 4 horas.
}
emergency = Esto puede ser una emergencia. Por favor, llame ahora mismo al { $number } o vaya a urgencias; no espere una respuesta aquí. Ya he avisado a nuestro equipo.
emergency-bare = Esto puede ser una emergencia. Por favor, llame ahora mismo a los servicios de emergencia; no espere una respuesta aquí. Ya he avisado a nuestro equipo.
self-harm = Gracias por escribir. No está solo en esto: hay quien le escuche. Por favor, llame ahora al { $crisis }; si hay peligro inmediato, llame al { $emergency }. Ya he avisado a nuestro equipo.
self-harm-bare = Gracias por escribir. Hay quien le escuche. Por favor, llame ahora a los servicios de emergencia. Ya he avisado a nuestro equipo.

## Servicios, precios, doctores
services-lead = Esto es lo que hacemos:
service-offered = { $service }: sí, lo hacemos. Dura { $length }.
service-length-of = { $service }: dura { $length }.
service-length = Dura { $length }.
service-price = { $service }: { $price }.
price-only = El precio es { $price }.
price-unknown = { $service }: el precio se lo dirá nuestro equipo.
service-doctors = { $count ->
    [one] Lo hace: { $doctors }.
    [many] Lo hacen: { $doctors }.
   *[other] Lo hacen: { $doctors }.
}
doctor-explains = Cómo se siente y qué le conviene se lo explicará el doctor o la doctora en la consulta.
complaint = Lamento que tenga esas molestias. Lo mejor es que le vean en la clínica.
payment = Sobre formas de pago, seguros y recibos le responderá nuestro equipo; ya les paso su pregunta.
not-offered = Lo siento, ese servicio no lo ofrecemos.
we-offer = Hacemos: { $services }.
ask-interest = ¿Qué le interesa?
offer-booking = ¿Le agendo una cita?
offer-booking-with = ¿Le agendo una cita?
offer-visit = ¿Le agendo una cita o prefiere que le escriba nuestro equipo?
doctor-not-offering = { $doctor } no hace este servicio: { $service }.
doctors-lead = En nuestra clínica atienden:
doctor-sees = { $doctor } atiende:
doctor-on-day = { $doctor } atiende el { $day }: { $hours }.
doctor-languages = Idiomas: { $languages }.
doctor-speaks = { $doctor } habla { $spoken }.
doctor-speaks-other = { $doctor } habla { $languages }.
nobody-speaks = Lo siento, nadie de nuestro equipo médico habla { $spoken }.
doctor-services = Servicios: { $services }.
no-such-doctor = Lo siento, no encuentro ese nombre en nuestra clínica.
ask-which-doctor-to-see = ¿Con quién le gustaría la cita?

## La clínica
hours-lead = Nuestro horario:
hours-of-day = { $day }: abierto { $hours }.
address = Nuestra dirección: { $text }.
parking = Aparcamiento: { $text }.
parking-unknown = Sobre el aparcamiento le informará nuestro equipo.
phone = Teléfono: { $phone }.
ask-staff-fact = Nuestro equipo se lo dirá con gusto.

## Citas
noted = Anotado: { $what }.
noted-soonest = Buscaré lo más pronto posible.
ask-service = ¡Con gusto! ¿Para qué sería la cita?
ask-service-again = ¿Para qué sería la cita?
ask-which-service = ¿A cuál se refiere?
ask-which-doctor = ¿A quién se refiere?
ask-other-service = ¿Le interesa otra cosa?
ask-other-doctor = ¿Con quién prefiere la cita?
offer-doctor = Lo hace { $doctor }. ¿Busco un horario?
ask-day = { $what }. ¿Qué día y a qué hora le viene bien?
ask-day-again = ¿Qué día y a qué hora le viene bien?
soonest = Lo más pronto que hay libre:
offer-day = { $what }. Libre el { $day }:
offer-times = { $what }. Horarios libres:
ask-which-time = ¿Cuál le viene bien? También puede decirme otra hora.
ask-which-number = ¿Cuál elijo? Escriba solo el número.
ask-other-day = ¿Qué otro día y hora le vienen bien?
ask-other-time = De acuerdo. ¿Qué otro día y hora le vienen bien?
instead = En cambio, está libre:
later-times = Más adelante hay:
earlier-times = Más temprano hay:
other-times = Otros horarios:
other-days = Otros días:
nothing-earlier = No queda nada antes.
nothing-else = No queda nada más.
propose-booking = { $visit } ({ $details }).
ask-book = ¿Se lo agendo?
note-child = La anoto a su nombre, para su hijo o hija.
note-adult = La anoto a su nombre, para la persona por la que escribe.
visit-for-child = { $visit } (para su hijo o hija)
visit-for-other_adult = { $visit } (para la persona por la que escribió)
each-in-turn = Cada persona lleva su propia cita, así que las agendamos una por una.
booked = ¡Listo! Su cita: { $visit }. ¡Le esperamos!
declined-booking = De acuerdo, no la agendo. ¿Le busco otro día u otra hora?

## Por qué no
refused-taken = Lo siento, { $when } ya está ocupado.
refused-nobody-in = Lo siento, quien lo hace no atiende el { $when }.
refused-off-grid = Lo siento, { $when } no es posible: las citas empiezan cada cuarto de hora.
refused-full = Lo siento, no queda nada libre el { $day }.
refused-closed = El { $day } la clínica está cerrada.
refused-holiday = El { $day } es { $name }, la clínica está cerrada.
refused-time-off = { $doctor } no atiende el { $day }.
refused-day-off = { $doctor } no atiende el { $day }. Días de consulta: { $days }.
refused-past = Esa fecha ya pasó: { $when }.
refused-outside-hours = { $when } queda fuera de nuestro horario. Ese día: { $hours }.
refused-doctor-hours = { $when } queda fuera del horario de { $doctor }. Ese día: { $hours }.
refused-too-far = { $when } es demasiado lejos para agendarlo todavía.

## Visitas
visits-lead = { $count ->
    [one] Su cita:
    [many] Sus citas:
   *[other] Sus citas:
}
visits-tail = Si quiere cambiarla o anularla, escríbame.
your-visit = Su cita: { $visit }.
no-visits = No tiene citas próximas aquí. ¿Le agendo una?
no-visits-yet = Todavía no tiene citas aquí.
no-such-visit = No encuentro esa cita. Usted tiene:
ask-which-visit = ¿A qué cita se refiere?
ask-confirm-visit = Su cita: { $visit }. ¿La confirma?
ask-confirm-again = ¿Confirma su cita?
confirmed = Gracias, su cita está confirmada: { $visit }. ¡Le esperamos!
ask-move-or-cancel = De acuerdo, no la confirmo. ¿Prefiere cambiarla a otro momento o anularla?
ask-new-time = { $visit }. ¿A qué día y hora la cambio?
propose-move = Nueva hora: { $new }.
propose-move-from = Era: { $old }. Pasaría a: { $new }.
ask-move = ¿La cambio?
moved = ¡Listo! Su cita quedó cambiada: { $visit }. ¡Le esperamos!
kept-as-is = De acuerdo, no cambio nada: su cita queda como estaba.
ask-cancel = ¿Anulo esta cita: { $visit }?
ask-cancel-again = ¿La anulo?
cancelled = Cita anulada: { $visit }. Si quiere otro horario, escríbame.
kept = Su cita queda como estaba: { $visit }.
not-changeable = Esta cita ya no se puede cambiar. Nuestro equipo le ayudará con gusto.

## What is remembered
memory-ask = ¿Puedo recordar sus preferencias (idioma, profesional, horarios que le convienen) para la próxima vez? Puede retirarlo cuando quiera: escriba «olvídese de mí».
memory-kept = Gracias, recordaré sus preferencias. Si cambia de opinión, escriba «olvídese de mí».
memory-declined = De acuerdo, no recordaré nada aparte de sus citas.
memory-forgotten = Hecho: ya no guardo preferencias suyas. Sus citas siguen en la agenda de la clínica; sobre su historia clínica pregunte al personal, por favor.
