-- Who may not log in, and until when by the store's clock. until_ms 0: lifted; such rows and those that ended stay for a
-- while, so that rooms learn of the change.
CREATE TABLE ban (
    app          VARBINARY(64)   NOT NULL,
    user         VARBINARY(64)   NOT NULL,
    version      BIGINT UNSIGNED NOT NULL,
    until_ms     BIGINT          NOT NULL,
    forget_at_ms BIGINT          NOT NULL,
    reason       VARBINARY(200)  NOT NULL,
    PRIMARY KEY (app, user),
    UNIQUE KEY by_version (version),
    KEY by_time (forget_at_ms)
) ENGINE = InnoDB;

-- Every change takes the next version under this row's lock, so that versions become visible in their order.
-- forgotten_version: of the newest row that is no longer there.
CREATE TABLE ban_version (
    only_row          TINYINT         NOT NULL,
    version           BIGINT UNSIGNED NOT NULL,
    forgotten_version BIGINT UNSIGNED NOT NULL,
    PRIMARY KEY (only_row)
) ENGINE = InnoDB;

INSERT INTO ban_version (only_row, version, forgotten_version) VALUES (1, 1, 0);
