-- What a customer shares: connect-core's Grant as JSON; NULL: everything, as before there was a choice.
ALTER TABLE users ADD COLUMN sharing TEXT;
-- When that ends by itself; NULL: never.
ALTER TABLE users ADD COLUMN shared_until INTEGER;

CREATE INDEX users_shared_until ON users (shared_until) WHERE shared_until IS NOT NULL;

-- Address of a company's terms.
ALTER TABLE clients ADD COLUMN terms TEXT;
