"""Messages to telephones: one port; printed, or handed to a gateway."""
