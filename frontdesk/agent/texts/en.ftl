# What a patient may read when a request cannot go ahead as it stands. No ids, no names of fields.
which-doctor = Which doctor would you like to see?
doctor-not-offered = This doctor does not do that treatment, but I can look for another doctor who does.
which-service = Which treatment would you like?
which-appointment = Which of your appointments do you mean?
appointment-cancelled = That appointment has already been cancelled, so I cannot change it.
appointment-past = That appointment is already over, so I cannot change it.
which-day = Which day would suit you?
day-past = That day has already passed.
day-too-far = I can only book up to a year ahead.
clinic-closed = The clinic is closed on that day.
doctor-off = The doctor does not see patients on that day.
which-time = What time would suit you?
time-past = That time has already passed.
time-outside = At that time the visit would not fit into the working hours.
offer-to-check = I can check for you: { $options }.
our-mistake = Sorry, I have to check something on our side first. One moment, please.
