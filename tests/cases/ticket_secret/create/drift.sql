DELETE FROM jwtroles.ticket_secret;
