# Lo que puede leer un paciente cuando su petición no puede seguir tal como está. Sin identificadores ni campos.
which-doctor = ¿Con qué doctor le gustaría la cita?
doctor-not-offered = Este doctor no hace ese tratamiento, pero puedo buscar otro que sí lo haga.
which-service = ¿Qué tratamiento necesita?
which-appointment = ¿A cuál de sus citas se refiere?
appointment-cancelled = Esa cita ya está cancelada, así que no puedo cambiarla.
appointment-past = Esa cita ya pasó, así que no puedo cambiarla.
which-day = ¿Qué día le viene bien?
day-past = Ese día ya pasó.
day-too-far = Solo puedo reservar hasta con un año de antelación.
clinic-closed = La clínica está cerrada ese día.
doctor-off = El doctor no atiende ese día.
which-time = ¿A qué hora le viene bien?
time-past = Esa hora ya pasó.
time-outside = A esa hora la visita no cabe en el horario de atención.
offer-to-check = Puedo comprobar para usted: { $options }.
our-mistake = Disculpe, primero tengo que comprobar algo por nuestra parte. Un momento, por favor.
