# Replies in English. Short and warm, one question at the end. Values come formatted; write no names here.

## Building blocks
moment = { $day } at { $clock }
minutes = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
closed = closed
language-en = English
language-ru = Russian
language-es = Spanish
language-pt = Portuguese
language-he = Hebrew
language-ar = Arabic
language-fr = French
language-uk = Ukrainian
language-de = German
language-it = Italian
button-yes = Yes
button-no = No
button-book = Book
button-human = A person, please

## Meeting
introduction = Hi, I am the automated assistant of { $clinic }.
greeting = Hello! This is { $clinic }. How can I help: a booking, prices, opening hours?
thanks = You are welcome! If you need anything else, just write here.
how-help = How can I help you? You can book, move or cancel a visit here, or ask about prices and hours.
start-over = All right, from the beginning.
explain-lead = Let me put it another way.
explain-yes-no = Please write “yes” or “no”.
explain-number = Just write the number, for example “1”.
explain-time = Write a day and a time, for example “tomorrow at 10”.
explain-service = Write what you need, or its number in the list.
language-agreed = Of course, let us go on in English.
dropped = All right, we will leave it. Is there anything else I can do for you?
out-of-scope = I am sorry, I can't help with that. I can book, move or cancel your visit and answer questions about services, prices and hours.
own-visits-only = I am sorry, I can only speak about your own visits. Is there something I can do for you?
no-medicine = I am not allowed to advise on medicines or doses; please ask a doctor or a pharmacist about that.
unclear = Sorry, I did not quite get that. Would you like to book, move or cancel a visit, or do you have a question?
unclear-short = Sorry, I did not quite get that.
unclear-choices = I am still not sure what you need. You can write:
    • “book a visit”
    • “move my visit” or “cancel my visit”
    • “prices” or “opening hours”
    • “a person”, and the staff will write to you
too-long = That is a long message! Please tell me in one or two sentences what you need.
audio = I can't listen to recordings yet. Please write it in a few words.
emergency-line = In an emergency call { $number }.
file = Thank you, I have received it and the staff will see it. If you need something now, please write it in words.
sticker = 🙂 How can I help you?
minor = For someone under 18 a parent or guardian has to arrange the visit. Please ask one of your parents to write here, or the staff can help you.
sorry = I am sorry about this.
human = Of course, I am passing this on to our staff. A person will write to you here.
human-anyway = I am passing this on to our staff now. A person will write to you here.
staff-will-write = Our staff have your message and will write to you here.
follow-up = { $minutes ->
    [15] We will come back to you within 15 minutes.
    [60] We will come back to you within an hour.
    [90] We will come back to you within an hour and a half.
   *[other] We will come back to you within 4 hours.
}
emergency = This may be an emergency. Please call { $number } now or go to the nearest emergency room; do not wait for a reply here. I have alerted our staff.
emergency-bare = This may be an emergency. Please call the emergency services now; do not wait for a reply here. I have alerted our staff.
self-harm = I am really glad you wrote. You are not alone. Please call { $crisis } now, someone there will listen; in immediate danger call { $emergency }. I have alerted our staff.
self-harm-bare = I am really glad you wrote. You are not alone. Please call the emergency services now. I have alerted our staff.

## Services, prices, doctors
services-lead = Here is what we do:
service-offered = { $service }: yes, we do that. It takes { $length }.
service-length-of = { $service }: it takes { $length }.
service-length = It takes { $length }.
service-price = { $service }: { $price }.
price-only = The price is { $price }.
price-unknown = { $service }: our staff will tell you the price.
service-doctors = { $count ->
    [one] With: { $doctors }.
   *[other] Doctors: { $doctors }.
}
doctor-explains = How it feels and what is right for you, the doctor will explain in person at the visit.
complaint = I am sorry to hear that. A doctor should have a look.
payment = About cards, insurance and receipts our staff will gladly tell you, I am passing your question on.
not-offered = I am sorry, we do not offer that.
we-offer = We do: { $services }.
ask-interest = Which one are you interested in?
offer-booking = Would you like to book?
offer-booking-with = Would you like to book a visit?
offer-visit = Shall I book you a visit, or would you rather have our staff write to you?
doctor-not-offering = { $doctor } does not do this: { $service }.
doctors-lead = Our doctors:
doctor-sees = { $doctor } sees patients:
doctor-on-day = { $doctor } sees patients on { $day }: { $hours }.
doctor-languages = Languages: { $languages }.
doctor-speaks = { $doctor } speaks { $spoken }.
doctor-speaks-other = { $doctor } speaks { $languages }.
nobody-speaks = I am sorry, none of our doctors speaks { $spoken }.
doctor-services = Does: { $services }.
no-such-doctor = I am sorry, I can't find that doctor here.
ask-which-doctor-to-see = Whom would you like to see?

## The clinic
hours-lead = We are open:
hours-of-day = { $day }: open { $hours }.
address = Our address: { $text }.
parking = Parking: { $text }.
parking-unknown = About parking our staff will be glad to tell you.
phone = Phone: { $phone }.
ask-staff-fact = Our staff will be glad to tell you.

## Booking
noted = Noted: { $what }.
noted-soonest = I will look for the soonest time.
ask-service = Happy to! What would you like to come for?
ask-service-again = What would you like to come for?
ask-which-service = Which one do you mean?
ask-which-doctor = Which doctor do you mean?
ask-other-service = Would you like something else?
ask-other-doctor = Who would suit you?
offer-doctor = { $doctor } does. Shall I look for a time there?
ask-day = { $what }. Which day and time would suit you?
ask-day-again = Which day and time would suit you?
soonest = The next free times:
offer-day = { $what }. Free on { $day }:
offer-times = { $what }. Free times:
ask-which-time = Which one suits you? Another time is fine too.
ask-which-number = Which one shall I take? Just write the number.
ask-other-day = Which other day and time would suit you?
ask-other-time = All right. Which other day and time would suit you?
instead = Free instead:
later-times = Later times:
earlier-times = Earlier times:
other-times = Other times:
other-days = On other days:
nothing-earlier = Nothing earlier is free.
nothing-else = Nothing else is free there.
propose-booking = { $visit } ({ $details }).
ask-book = Shall I book it?
note-child = I will put it down under your name, for your child.
note-adult = I will put it down under your name, for the person you are writing for.
visit-for-child = { $visit } (for your child)
visit-for-other_adult = { $visit } (for the person you wrote for)
each-in-turn = Each person gets a visit of their own, so let us book one after the other.
booked = Done, you are booked: { $visit }. See you then!
declined-booking = All right, I have not booked it. Would another day or time suit you?

## Why not
refused-taken = I am sorry, { $when } is already taken.
refused-nobody-in = I am sorry, nobody who does this is in on { $when }.
refused-off-grid = I am sorry, { $when } is not possible: visits begin on the quarter hour.
refused-full = I am sorry, there is nothing free on { $day }.
refused-closed = We are closed on { $day }.
refused-holiday = { $day }: { $name }, we are closed.
refused-time-off = { $doctor } is not in on { $day }.
refused-day-off = { $doctor } does not see patients on { $day }. Working days: { $days }.
refused-past = { $when } has already passed.
refused-outside-hours = { $when } is outside our hours. That day: { $hours }.
refused-doctor-hours = { $when } does not fit the hours of { $doctor }. That day: { $hours }.
refused-too-far = { $when } is too far ahead for me to book.

## Visits
visits-lead = { $count ->
    [one] Your visit:
   *[other] Your visits:
}
visits-tail = If you would like to move or cancel, just write.
your-visit = Your visit: { $visit }.
no-visits = You have no upcoming visits here. Would you like to book one?
no-visits-yet = You have no visits here yet.
no-such-visit = I can't find such a visit. You have:
ask-which-visit = Which visit do you mean?
ask-confirm-visit = Your visit: { $visit }. Do you confirm it?
ask-confirm-again = Do you confirm your visit?
confirmed = Thank you, it is confirmed: { $visit }. See you then!
ask-move-or-cancel = All right, I have not confirmed it. Would you like to move it to another time, or cancel it?
ask-new-time = { $visit }. Which day and time should I move it to?
propose-move = New time: { $new }.
propose-move-from = From { $old } to: { $new }.
ask-move = Shall I move it?
moved = Done, your visit has been moved: { $visit }. See you then!
kept-as-is = All right, nothing changes: your visit stays as it was.
ask-cancel = Cancel this visit: { $visit }?
ask-cancel-again = Shall I cancel it?
cancelled = Cancelled: { $visit }. If you would like another time, just write.
kept = Your visit stays as it was: { $visit }.
not-changeable = This visit can't be changed any more. Our staff will be glad to help.

## What is remembered
memory-ask = May I remember your preferences (language, doctor, times that suit you) for next time? You can take it back at any time: just write “forget me”.
memory-kept = Thank you, I will remember your preferences. If you change your mind, write “forget me”.
memory-declined = All right, I will not remember anything beyond your visits.
memory-forgotten = Done: I keep no preferences of yours any more. Your visits stay in the clinic's calendar; about your records please ask the staff.
