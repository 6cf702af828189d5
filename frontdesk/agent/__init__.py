"""What a language model may ask the front desk to do, and what it is told when it asks for the impossible."""
