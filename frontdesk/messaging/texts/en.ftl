# What staff read on WhatsApp. No patient's name, number or words.
emergency = Possible emergency in a chat. Open the chat and call the patient. Any reply to this message confirms that you have seen it.
handover = A patient is waiting for a member of staff. Any reply to this message confirms that you have seen it.
dead-letter = A patient's message could not be answered automatically. Please answer it yourself.
undelivered = An answer did not reach the patient. Please contact them.
instance-lost = The clinic's WhatsApp is logged out: a new QR code is needed. Messages are waiting.
stale-emergency = An old message about a possible emergency has come in. Please check the chat.
overdue-follow-up = A reply promised to a patient is overdue. Please open the chat.
untold = A visit was booked or changed in this chat and the patient has not been told. Please tell them.
