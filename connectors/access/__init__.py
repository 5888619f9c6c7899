"""Who may do what: roles, sessions, residents' links, passwords and second factors. Pure; the store keeps the rows."""
