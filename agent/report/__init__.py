"""The conversation's log as a structured record and a readable report for the doctor who signs."""
