"""Development only: a stand-in for the WhatsApp gateway, and the page to chat with the clinic through it."""
