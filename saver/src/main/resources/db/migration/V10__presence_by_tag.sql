-- 1: online, and nobody was told, since the user had none of the tags that the app wants presence of. The release before
-- knows nothing of it, and tells of everybody.
ALTER TABLE presence ADD COLUMN untold TINYINT NOT NULL DEFAULT 0;
