-- Apps with keys and webhooks; the one growing version is in settings.
CREATE TABLE app (
    id      VARBINARY(64)   NOT NULL,
    version BIGINT UNSIGNED NOT NULL,
    body    MEDIUMBLOB      NOT NULL,
    PRIMARY KEY (id)
) ENGINE = InnoDB;

CREATE TABLE settings (
    only_row TINYINT         NOT NULL,
    version  BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (only_row)
) ENGINE = InnoDB;

INSERT INTO settings (only_row, version) VALUES (1, 1);

-- What clients sent and no endpoint has taken yet (state 0), or will never take (state 1).
CREATE TABLE uplink (
    id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    user_hash      BIGINT          NOT NULL,
    state          TINYINT         NOT NULL,
    attempts       INT             NOT NULL,
    next_at_ms     BIGINT          NOT NULL,
    lease_until_ms BIGINT          NOT NULL,
    lease_owner    VARBINARY(128)  NOT NULL,
    error          VARCHAR(500)    NOT NULL,
    body           MEDIUMBLOB      NOT NULL,
    PRIMARY KEY (id),
    KEY by_state (state, id),
    KEY by_user (user_hash, id)
) ENGINE = InnoDB;

-- Client ids of the last ten minutes.
CREATE TABLE uplink_seen (
    id_hash    BINARY(16) NOT NULL,
    seen_at_ms BIGINT     NOT NULL,
    PRIMARY KEY (id_hash),
    KEY by_time (seen_at_ms)
) ENGINE = InnoDB;

-- Whoever takes uplinks locks its row: takes happen one after another, so that a user's order holds.
CREATE TABLE uplink_gate (
    only_row TINYINT NOT NULL,
    PRIMARY KEY (only_row)
) ENGINE = InnoDB;

INSERT INTO uplink_gate (only_row) VALUES (1);
