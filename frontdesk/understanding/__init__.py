"""What a message says: tokens, language, lexicons, names, dates, intents. Pure; the composer is `understand`."""
