"""The conversation without WhatsApp: in the terminal, and as JSON lines for the evaluation. Same code path, own database."""
