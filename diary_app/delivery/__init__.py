"""The way of finished clips to a portal, and what the portal says of them: signing in, queue, rules, attempts, news."""
