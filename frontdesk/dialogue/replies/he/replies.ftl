# תשובות בעברית: קצרות ואדיבות, עם שאלה בסוף. הערכים מגיעים מעוצבים. בלי לשון זכר או נקבה כלפי המטופל.

## אבני בניין
moment = { $day } בשעה { $clock }
minutes = { $count ->
    [one] דקה אחת
    [two] שתי דקות
   *[other] { $count } דקות
}
closed = סגור
language-en = אנגלית
language-ru = רוסית
language-es = ספרדית
language-pt = פורטוגזית
language-he = עברית
language-ar = ערבית
language-fr = צרפתית
language-uk = אוקראינית
language-de = גרמנית
language-it = איטלקית
button-yes = כן
button-no = לא
button-book = לקבוע תור
button-human = לדבר עם נציג

## היכרות
introduction = שלום! כאן העוזר האוטומטי של { $clinic }.
greeting = שלום! כאן { $clinic }. איך אפשר לעזור: תור, מחירים, שעות פתיחה?
thanks = בשמחה! אם יהיה צורך בעוד משהו, אפשר לכתוב כאן.
how-help = איך אפשר לעזור? כאן אפשר לקבוע, להזיז או לבטל תור, או לשאול על מחירים ושעות.
start-over = בסדר, מתחילים מההתחלה.
explain-lead = אנסח את זה אחרת.
explain-yes-no = אפשר לכתוב ״כן״ או ״לא״.
explain-number = אפשר לכתוב רק את המספר, למשל ״1״.
explain-time = אפשר לכתוב יום ושעה, למשל ״מחר ב-10״.
explain-service = אפשר לכתוב מה צריך, או את המספר ברשימה.
language-agreed = בטח, ממשיכים בעברית.
dropped = בסדר, נעזוב את זה. אפשר לעזור בעוד משהו?
out-of-scope = מצטערים, בזה אי אפשר לעזור כאן. אפשר לקבוע, להזיז או לבטל תור ולשאול על טיפולים, מחירים ושעות.
own-visits-only = מצטערים, אפשר לדבר כאן רק על התורים שלך. איך אפשר לעזור לך?
no-medicine = על תרופות ומינונים אי אפשר לייעץ כאן; כדאי לשאול רופא או רוקח.
unclear = סליחה, זה לא היה ברור. מדובר בקביעת תור, בהזזה, בביטול או בשאלה?
unclear-short = סליחה, זה לא היה ברור.
unclear-choices = עדיין לא ברור במה מדובר. אפשר לכתוב:
    • ״לקבוע תור״
    • ״להזיז תור״ או ״לבטל תור״
    • ״מחירים״ או ״שעות פתיחה״
    • ״נציג״, והצוות יענה כאן
too-long = ההודעה ארוכה מאוד. אפשר לכתוב במשפט או שניים במה מדובר?
audio = אי אפשר עדיין להאזין כאן להקלטות. אפשר לכתוב את זה בכמה מילים?
emergency-line = במקרה חירום יש להתקשר { $number }.
file = תודה, זה התקבל והצוות יראה. אם צריך משהו עכשיו, אפשר לכתוב במילים.
sticker = 🙂 איך אפשר לעזור?
minor = מתחת לגיל 18 התור נקבע על ידי הורה או אפוטרופוס. אפשר לבקש מאחד ההורים לכתוב כאן, או שהצוות יעזור.
sorry = מצטערים על כך.
human = כמובן, ההודעה עוברת לצוות שלנו. נציג יכתוב לך כאן.
human-anyway = ההודעה עוברת עכשיו לצוות שלנו. נציג יכתוב לך כאן.
staff-will-write = ההודעה שלך אצל הצוות, ויכתבו לך כאן.
follow-up = { $minutes ->
    [15] נחזור אליך תוך 15 דקות.
    [60] נחזור אליך תוך שעה.
    [90] נחזור אליך תוך שעה וחצי.
   *[other] נחזור אליך תוך 4 שעות.
}
emergency = ייתכן שזה מצב חירום. נא להתקשר עכשיו { $number } או לפנות לחדר המיון הקרוב, ולא לחכות כאן לתשובה. הצוות שלנו כבר קיבל התראה.
emergency-bare = ייתכן שזה מצב חירום. נא להתקשר עכשיו לשירותי החירום ולא לחכות כאן לתשובה. הצוות שלנו כבר קיבל התראה.
self-harm = טוב שכתבת. לא צריך להתמודד עם זה לבד. נא להתקשר עכשיו { $crisis }, יש שם מי שמקשיב; בסכנה מיידית נא להתקשר { $emergency }. הצוות שלנו כבר קיבל התראה.
self-harm-bare = טוב שכתבת. לא צריך להתמודד עם זה לבד. נא להתקשר עכשיו לשירותי החירום. הצוות שלנו כבר קיבל התראה.

## טיפולים, מחירים, רופאים
services-lead = אלה הטיפולים שלנו:
service-offered = { $service }: כן, יש אצלנו. משך הטיפול { $length }.
service-length-of = { $service }: משך הטיפול { $length }.
service-length = משך הטיפול { $length }.
service-price = { $service }: { $price }.
price-only = המחיר { $price }.
price-unknown = { $service }: את המחיר ימסור הצוות.
service-doctors = { $count ->
    [one] אצל { $doctors }.
    [two] אצל: { $doctors }.
   *[other] אצל: { $doctors }.
}
doctor-explains = איך זה מרגיש ומה מתאים לך, יסבירו לך בביקור אצל הרופא או הרופאה.
complaint = צר לנו לשמוע. כדאי שרופא או רופאה יסתכלו על זה.
payment = על אמצעי תשלום, ביטוח וקבלות ישמח הצוות לענות; השאלה הועברה אליו.
not-offered = מצטערים, הטיפול הזה לא קיים אצלנו.
we-offer = יש אצלנו: { $services }.
ask-interest = במה יש לך עניין?
offer-booking = לקבוע לך תור?
offer-booking-with = לקבוע לך תור?
offer-visit = לקבוע לך תור, או שנציג יכתוב לך?
doctor-not-offering = { $doctor } לא עושה את הטיפול הזה: { $service }.
doctors-lead = הצוות הרפואי שלנו:
doctor-sees = { $doctor }, שעות קבלה:
doctor-on-day = { $doctor }, קבלה ב{ $day }: { $hours }.
doctor-languages = שפות: { $languages }.
doctor-speaks = { $doctor }, שפת קבלה: { $spoken }.
doctor-speaks-other = { $doctor }, שפות קבלה: { $languages }.
nobody-speaks = מצטערים, אף אחד מהצוות הרפואי לא מקבל בשפה: { $spoken }.
doctor-services = טיפולים: { $services }.
no-such-doctor = מצטערים, השם הזה לא נמצא אצלנו.
ask-which-doctor-to-see = אצל מי לקבוע לך?

## המרפאה
hours-lead = שעות הפתיחה שלנו:
hours-of-day = { $day }: פתוח { $hours }.
address = הכתובת שלנו: { $text }.
parking = חניה: { $text }.
parking-unknown = על חניה ישמח הצוות לספר.
phone = טלפון: { $phone }.
ask-staff-fact = על כך ישמח הצוות לענות.

## קביעת תור
noted = נרשם: { $what }.
noted-soonest = אחפש את השעה הקרובה ביותר.
ask-service = בשמחה! לאיזה טיפול התור?
ask-service-again = לאיזה טיפול התור?
ask-which-service = לאיזה מהם הכוונה?
ask-which-doctor = למי הכוונה?
ask-other-service = אולי טיפול אחר?
ask-other-doctor = אצל מי נוח לך?
offer-doctor = אפשר אצל { $doctor }. לחפש שעה פנויה?
ask-day = { $what }. איזה יום ושעה נוחים לך?
ask-day-again = איזה יום ושעה נוחים לך?
soonest = השעות הפנויות הקרובות:
offer-day = { $what }. פנוי ב{ $day }:
offer-times = { $what }. שעות פנויות:
ask-which-time = מה נוח לך? אפשר גם שעה אחרת.
ask-which-number = איזו שעה לבחור? אפשר לכתוב רק את המספר.
ask-other-day = איזה יום ושעה אחרים נוחים לך?
ask-other-time = בסדר. איזה יום ושעה אחרים נוחים לך?
instead = אבל פנוי:
later-times = יש גם בהמשך:
earlier-times = יש גם מוקדם יותר:
other-times = שעות אחרות:
other-days = בימים אחרים:
nothing-earlier = אין שעות פנויות מוקדמות יותר.
nothing-else = אין שעות פנויות נוספות.
propose-booking = { $visit } ({ $details }).
ask-book = לקבוע?
note-child = התור יירשם על שמך, עבור הילד או הילדה.
note-adult = התור יירשם על שמך, עבור מי שכתבת בשבילו.
visit-for-child = { $visit } (עבור הילד או הילדה)
visit-for-other_adult = { $visit } (עבור מי שכתבת בשבילו)
each-in-turn = לכל אחד יש תור משלו, אז נקבע אחד אחרי השני.
booked = נקבע לך תור: { $visit }. נתראה!
declined-booking = בסדר, התור לא נקבע. לחפש יום או שעה אחרים?

## למה לא
refused-taken = מצטערים, השעה הזאת כבר תפוסה: { $when }.
refused-nobody-in = מצטערים, בשעה הזאת אין קבלה אצל מי שמבצע את הטיפול: { $when }.
refused-off-grid = מצטערים, { $when } לא מתאפשר: התורים מתחילים בכל רבע שעה.
refused-full = מצטערים, אין שעות פנויות ב{ $day }.
refused-closed = ב{ $day } המרפאה סגורה.
refused-holiday = { $day }: { $name }, המרפאה סגורה.
refused-time-off = { $doctor }: אין קבלה ב{ $day }.
refused-day-off = { $doctor }: אין קבלה ב{ $day }. ימי קבלה: { $days }.
refused-past = המועד הזה כבר עבר: { $when }.
refused-outside-hours = { $when }: מחוץ לשעות הפתיחה. באותו יום: { $hours }.
refused-doctor-hours = { $when } לא מתאים לשעות של { $doctor }. באותו יום: { $hours }.
refused-too-far = { $when }: רחוק מדי לקביעת תור כרגע.

## תורים
visits-lead = { $count ->
    [one] התור שלך:
    [two] התורים שלך:
   *[other] התורים שלך:
}
visits-tail = אם צריך להזיז או לבטל, אפשר לכתוב כאן.
your-visit = התור שלך: { $visit }.
no-visits = אין לך תורים קרובים כאן. לקבוע לך תור?
no-visits-yet = עדיין אין לך תורים כאן.
no-such-visit = לא נמצא תור כזה. יש לך:
ask-which-visit = לאיזה תור הכוונה?
ask-confirm-visit = התור שלך: { $visit }. לאשר?
ask-confirm-again = לאשר את התור?
confirmed = תודה, התור אושר: { $visit }. נתראה!
ask-move-or-cancel = בסדר, התור לא אושר. להזיז אותו למועד אחר או לבטל?
ask-new-time = { $visit }. לאיזה יום ושעה להזיז?
propose-move = מועד חדש: { $new }.
propose-move-from = היה: { $old }. יהיה: { $new }.
ask-move = להזיז?
moved = התור הוזז: { $visit }. נתראה!
kept-as-is = בסדר, שום דבר לא משתנה: התור נשאר כמו שהיה.
ask-cancel = לבטל את התור: { $visit }?
ask-cancel-again = לבטל?
cancelled = התור בוטל: { $visit }. אם צריך מועד אחר, אפשר לכתוב כאן.
kept = התור נשאר כמו שהיה: { $visit }.
not-changeable = את התור הזה כבר אי אפשר לשנות. הצוות שלנו ישמח לעזור.

## What is remembered
memory-ask = אפשר לזכור את ההעדפות שלך (שפה, רופא, שעות נוחות) לפעם הבאה? אפשר לבטל בכל רגע: כתבו ״תשכחו ממני״.
memory-kept = תודה, ההעדפות שלך יישמרו. אם תשנו את דעתכם, כתבו ״תשכחו ממני״.
memory-declined = בסדר, מעבר לתורים שלך לא יישמר דבר.
memory-forgotten = בוצע: לא שמורות אצלי יותר העדפות שלך. התורים נשארים ביומן המרפאה; לגבי התיק הרפואי יש לפנות לצוות.
