-- A database that was cloned or restored.
UPDATE jwtroles.ticket_secret SET database = 5, system = 7;
