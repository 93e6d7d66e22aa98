-- A person's card can have a key of its own, under the name of its details (decision 0202). It is part of what an incident
-- or a call has, and is destroyed with that, or alone.
ALTER TABLE owner_key ADD COLUMN part_of TEXT;
CREATE INDEX owner_key_parts ON owner_key (part_of) WHERE part_of IS NOT NULL;
