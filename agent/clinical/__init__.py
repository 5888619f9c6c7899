"""Clinical suggestions from rules that are data under dialogues/clinical/; a doctor signs, nothing here finalises."""
