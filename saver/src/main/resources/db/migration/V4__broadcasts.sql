-- What is delivered to an audience, and how far that is. next_at_ms: when a tick has to look at it, 0 while something of
-- it runs; ends_at_ms: when it was over, for who drops it. Both are 2^63 - 1 where there is no such time.
CREATE TABLE broadcast (
    number          BIGINT UNSIGNED  NOT NULL AUTO_INCREMENT,
    id              BINARY(16)       NOT NULL,
    app             VARBINARY(64)    NOT NULL,
    kind            TINYINT UNSIGNED NOT NULL,
    state           TINYINT UNSIGNED NOT NULL,
    parallel        TINYINT          NOT NULL,
    listed          TINYINT          NOT NULL,
    rate_per_second BIGINT           NOT NULL,
    ttl_ms          BIGINT           NOT NULL,
    due_at_ms       BIGINT           NOT NULL,
    bseq            BIGINT           NOT NULL,
    started_at_ms   BIGINT           NOT NULL,
    finished_at_ms  BIGINT           NOT NULL,
    expires_at_ms   BIGINT           NOT NULL,
    next_at_ms      BIGINT           NOT NULL,
    ends_at_ms      BIGINT           NOT NULL,
    bytes           INT              NOT NULL,
    spec            MEDIUMBLOB       NOT NULL,
    payload         MEDIUMBLOB       NOT NULL,
    extension       MEDIUMBLOB       NOT NULL,
    PRIMARY KEY (number),
    UNIQUE KEY by_id (id),
    KEY by_next (next_at_ms),
    KEY by_end (ends_at_ms),
    KEY by_app (app, kind, number),
    KEY by_app_state (app, state, kind),
    KEY by_app_list (app, listed, bseq)
) ENGINE = InnoDB;

-- A broadcast's part in one life of a room, and who runs it. left_count: -1 before the first report.
CREATE TABLE broadcast_task (
    broadcast_id    BINARY(16)       NOT NULL,
    room            VARBINARY(255)   NOT NULL,
    incarnation     BIGINT           NOT NULL,
    state           TINYINT UNSIGNED NOT NULL,
    lease_owner     VARBINARY(300)   NOT NULL,
    lease_number    BIGINT           NOT NULL,
    lease_until_ms  BIGINT           NOT NULL,
    absent_since_ms BIGINT           NOT NULL,
    left_count      BIGINT           NOT NULL,
    PRIMARY KEY (broadcast_id, room, incarnation)
) ENGINE = InnoDB;

-- What one life of a room has done for a broadcast, with a task or without.
CREATE TABLE broadcast_count (
    broadcast_id BINARY(16)     NOT NULL,
    room         VARBINARY(255) NOT NULL,
    incarnation  BIGINT         NOT NULL,
    targeted     BIGINT         NOT NULL,
    written      BIGINT         NOT NULL,
    acked        BIGINT         NOT NULL,
    PRIMARY KEY (broadcast_id, room, incarnation)
) ENGINE = InnoDB;

-- The version is the gate's at the app's last change: who has seen all up to one asks for what is above it.
CREATE TABLE broadcast_app (
    app       VARBINARY(64) NOT NULL,
    version   BIGINT        NOT NULL,
    last_bseq BIGINT        NOT NULL,
    PRIMARY KEY (app),
    KEY by_version (version)
) ENGINE = InnoDB;

-- Whoever changes states or leases locks its row: one after another, so that versions become visible in their order.
CREATE TABLE broadcast_gate (
    only_row TINYINT NOT NULL,
    version  BIGINT  NOT NULL,
    PRIMARY KEY (only_row)
) ENGINE = InnoDB;

INSERT INTO broadcast_gate (only_row, version) VALUES (1, 1);

-- Messages for later. next_at_ms: when it is due, or when the lease of who took it ends.
CREATE TABLE scheduled_post (
    request_id BINARY(16)    NOT NULL,
    app        VARBINARY(64) NOT NULL,
    due_at_ms BIGINT        NOT NULL,
    next_at_ms BIGINT        NOT NULL,
    bytes      INT           NOT NULL,
    body       MEDIUMBLOB    NOT NULL,
    PRIMARY KEY (request_id),
    KEY by_next (next_at_ms),
    KEY by_app (app, bytes),
    KEY by_time (due_at_ms)
) ENGINE = InnoDB;
