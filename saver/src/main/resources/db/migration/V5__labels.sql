-- Tags (kind 0) and aliases (kind 1) of users: by user for loads and the API, by label for audiences and aliases.
CREATE TABLE label (
    app   VARBINARY(64)    NOT NULL,
    kind  TINYINT UNSIGNED NOT NULL,
    user  VARBINARY(64)    NOT NULL,
    label VARBINARY(64)    NOT NULL,
    PRIMARY KEY (app, kind, user, label),
    KEY by_label (app, kind, label, user)
) ENGINE = InnoDB;

-- How often an app's tags have changed, and how many rows they are. Whoever changes labels locks the app's row first.
CREATE TABLE label_app (
    app     VARBINARY(64)   NOT NULL,
    version BIGINT UNSIGNED NOT NULL,
    tags    BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (app)
) ENGINE = InnoDB;
