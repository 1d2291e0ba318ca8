"""What leaves this server for the outside: alarms by e-mail and by signed webhooks."""
