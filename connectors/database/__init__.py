"""One owner of every database that the house opens: engines, transactions, their errors, grouped writes."""
