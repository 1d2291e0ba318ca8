CREATE TABLE alarm (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    subject VARCHAR(64) NOT NULL,
    raised_at BIGINT NOT NULL,
    returns INTEGER NOT NULL,
    told TEXT NOT NULL,
    acknowledged_at BIGINT,
    acknowledged_by VARCHAR(64),
    cleared_at BIGINT,
    clear_reason VARCHAR(10),
    CONSTRAINT pk_alarm PRIMARY KEY (id)
);
COMMENT ON TABLE alarm IS '`told`: the values of its sentence, as JSON.';
CREATE INDEX ix_alarm_cleared ON alarm (hall, cleared_at);
CREATE INDEX ix_alarm_hall ON alarm (hall, raised_at);
CREATE UNIQUE INDEX uq_alarm_open ON alarm (hall, kind, subject) WHERE cleared_at IS NULL;

CREATE TABLE alarm_sign (
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    subject VARCHAR(64) NOT NULL,
    is_faulty BOOLEAN NOT NULL,
    since BIGINT NOT NULL,
    CONSTRAINT pk_alarm_sign PRIMARY KEY (hall, kind, subject)
);
COMMENT ON TABLE alarm_sign IS 'Whether a subject was last faulty or well; changes with what is seen, no projection.';

CREATE TABLE recipient (
    id VARCHAR(64) NOT NULL,
    channel VARCHAR(10) NOT NULL,
    site VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    secret VARCHAR(80),
    added_at BIGINT NOT NULL,
    removed_at BIGINT,
    hall VARCHAR(64),
    kinds TEXT,
    language VARCHAR(10) DEFAULT 'fr' NOT NULL,
    notices_since BIGINT,
    CONSTRAINT pk_recipient PRIMARY KEY (id)
);
COMMENT ON TABLE recipient IS '`site` * is every site; `address` is an erasable value; `secret` signs a webhook; `hall` and `kinds` (JSON): null, all of them.';

CREATE TABLE delivery (
    id VARCHAR(64) NOT NULL,
    recipient VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    alarm VARCHAR(64) NOT NULL,
    turn VARCHAR(12) NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    taken_until BIGINT,
    sent_at BIGINT,
    given_up_at BIGINT,
    failure VARCHAR(40),
    CONSTRAINT pk_delivery PRIMARY KEY (id),
    CONSTRAINT uq_delivery_position UNIQUE (recipient, hall, position)
);
COMMENT ON TABLE delivery IS 'The outbox: one fact of an alarm for one recipient; `position` is that of the fact.';
CREATE INDEX ix_delivery_created_at ON delivery (created_at);
CREATE INDEX ix_delivery_underway ON delivery (recipient, hall, position) WHERE sent_at IS NULL AND given_up_at IS NULL;

CREATE TABLE alert (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    alert VARCHAR(64) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    is_drill BOOLEAN NOT NULL,
    press VARCHAR(64) NOT NULL,
    texts VARCHAR(64),
    raised_at BIGINT NOT NULL,
    raised_by VARCHAR(64) NOT NULL,
    expires_at BIGINT,
    end_asked_at BIGINT,
    end_asked_by VARCHAR(64),
    ended_at BIGINT,
    ended_by VARCHAR(64),
    end_reason VARCHAR(10),
    CONSTRAINT pk_alert PRIMARY KEY (id)
);
COMMENT ON TABLE alert IS 'One row a hall; `alert` is shared by all halls of one press.';
CREATE INDEX ix_alert_hall ON alert (hall, raised_at);
CREATE INDEX ix_alert_open ON alert (hall) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX uq_alert_in_hall ON alert (alert, hall);
CREATE UNIQUE INDEX uq_alert_press ON alert (raised_by, press, hall);

CREATE TABLE alert_shown (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    alert VARCHAR(64) NOT NULL,
    screen VARCHAR(64) NOT NULL,
    shown_at BIGINT NOT NULL,
    CONSTRAINT pk_alert_shown PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_alert_shown_screen ON alert_shown (alert, hall, screen);

CREATE TABLE incident (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    counter VARCHAR(64),
    raised_at BIGINT NOT NULL,
    raised_by VARCHAR(64) NOT NULL,
    joins INTEGER NOT NULL,
    joined_by VARCHAR(64),
    escalated_at BIGINT,
    unanswered_at BIGINT,
    answered_at BIGINT,
    answered_by VARCHAR(64),
    answered_role VARCHAR(20),
    answered_counter VARCHAR(64),
    answered_hall VARCHAR(64),
    ended_at BIGINT,
    end_reason VARCHAR(10),
    CONSTRAINT pk_incident PRIMARY KEY (id)
);
COMMENT ON TABLE incident IS '`counter`: null, the reception desk; a projection of the hall’s journal.';
CREATE INDEX ix_incident_hall ON incident (hall, raised_at);
CREATE INDEX ix_incident_open ON incident (raised_at) WHERE ended_at IS NULL;

CREATE TABLE incident_note (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    incident VARCHAR(64),
    counter VARCHAR(64),
    happened_on VARCHAR(10) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    gravity INTEGER NOT NULL,
    follow_ups TEXT NOT NULL,
    complaint VARCHAR(40),
    written_at BIGINT NOT NULL,
    written_by VARCHAR(64),
    changed_at BIGINT NOT NULL,
    erase_after BIGINT,
    CONSTRAINT pk_incident_note PRIMARY KEY (id)
);
COMMENT ON TABLE incident_note IS 'Who wrote it and the reference of a complaint are erased after `erase_after`, which becomes null.';
CREATE INDEX ix_incident_note_erase_after ON incident_note (erase_after);
CREATE INDEX ix_incident_note_hall ON incident_note (hall, happened_on);

CREATE TABLE bulletin (
    id VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    key VARCHAR(64) NOT NULL,
    message TEXT NOT NULL,
    state VARCHAR(12) NOT NULL,
    kind VARCHAR(10),
    refusal VARCHAR(40),
    details TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    expires_at BIGINT,
    decided_at BIGINT,
    decided_by VARCHAR(64),
    reason TEXT,
    outcome VARCHAR(64),
    replaces VARCHAR(64),
    CONSTRAINT pk_bulletin PRIMARY KEY (id),
    CONSTRAINT uq_bulletin_key UNIQUE (site, "key")
);
COMMENT ON TABLE bulletin IS '`key`: SHA-256 of sender, identifier and instant; `outcome`: the alert or notice it became; `details`: the values of the sentence of a refusal.';
CREATE INDEX ix_bulletin_received_at ON bulletin (received_at);

CREATE TABLE bulletin_source (
    id VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    url TEXT NOT NULL,
    tried_at BIGINT,
    read_at BIGINT,
    failure VARCHAR(40),
    entries TEXT NOT NULL,
    CONSTRAINT pk_bulletin_source PRIMARY KEY (id)
);
COMMENT ON TABLE bulletin_source IS '`id`: SHA-256 of site and address; `entries`: digests of what was read of a feed, the last first.';

CREATE TABLE counter_session (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    counter VARCHAR(64) NOT NULL,
    author VARCHAR(64) NOT NULL,
    profile VARCHAR(64),
    rule VARCHAR(30) NOT NULL,
    services TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    paused_at BIGINT,
    pause_reason VARCHAR(80),
    closed_at BIGINT,
    close_reason VARCHAR(20),
    joined_to VARCHAR(64),
    CONSTRAINT pk_counter_session PRIMARY KEY (id)
);
CREATE INDEX ix_counter_session_hall ON counter_session (hall) WHERE closed_at IS NULL;
CREATE INDEX ix_counter_session_opened ON counter_session (hall, opened_at);
CREATE UNIQUE INDEX uq_counter_session_open ON counter_session (counter) WHERE closed_at IS NULL;

CREATE TABLE duty (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    counter VARCHAR(64) NOT NULL,
    session VARCHAR(64) NOT NULL,
    profile VARCHAR(64),
    rule VARCHAR(30) NOT NULL,
    services TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    CONSTRAINT pk_duty PRIMARY KEY (id)
);
COMMENT ON TABLE duty IS 'Intervals in which a counter was on duty: a pause ends one.';
CREATE INDEX ix_duty_hall ON duty (hall, opened_at);
CREATE INDEX ix_duty_open ON duty (session) WHERE closed_at IS NULL;

CREATE TABLE counter_lease (
    counter VARCHAR(64) NOT NULL,
    session VARCHAR(64) NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_counter_lease PRIMARY KEY (counter)
);
COMMENT ON TABLE counter_lease IS 'Who holds a counter now; renewed by its console, not by facts.';

CREATE TABLE ticket_stop (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    service VARCHAR(64) NOT NULL,
    stopped_at BIGINT NOT NULL,
    reopened_at BIGINT,
    CONSTRAINT pk_ticket_stop PRIMARY KEY (id)
);
COMMENT ON TABLE ticket_stop IS 'Services whose tickets a supervisor stopped for the rest of a day.';
CREATE INDEX ix_ticket_stop_day ON ticket_stop (hall, business_day, service);

CREATE TABLE message (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    counter VARCHAR(64),
    phrase VARCHAR(20),
    text VARCHAR(120),
    sent_at BIGINT NOT NULL,
    sent_from VARCHAR(20) NOT NULL,
    seen_at BIGINT,
    seen_from VARCHAR(20),
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_message PRIMARY KEY (id)
);
COMMENT ON TABLE message IS 'Short lines from one page at work to another; no facts, deleted within the hour.';
CREATE INDEX ix_message_erase_after ON message (erase_after);
CREATE INDEX ix_message_hall ON message (hall, sent_at);

CREATE TABLE target (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    service VARCHAR(64) NOT NULL,
    wait_s INTEGER NOT NULL,
    share_percent INTEGER NOT NULL,
    applies_from_on VARCHAR(10) NOT NULL,
    decided_on VARCHAR(10) NOT NULL,
    decided_by VARCHAR(80) NOT NULL,
    recorded_at BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_target PRIMARY KEY (id)
);
CREATE INDEX ix_target_hall ON target (hall, service, applies_from_on);

CREATE TABLE target_withdrawal (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    target VARCHAR(64) NOT NULL,
    from_on VARCHAR(10) NOT NULL,
    reason VARCHAR(20) NOT NULL,
    decided_on VARCHAR(10) NOT NULL,
    decided_by VARCHAR(80) NOT NULL,
    recorded_at BIGINT NOT NULL,
    CONSTRAINT pk_target_withdrawal PRIMARY KEY (id)
);
CREATE INDEX ix_target_withdrawal_hall ON target_withdrawal (hall);

CREATE TABLE break_decision (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    half_day INTEGER NOT NULL,
    choice VARCHAR(12) NOT NULL,
    decided_at BIGINT NOT NULL,
    CONSTRAINT pk_break_decision PRIMARY KEY (id)
);
COMMENT ON TABLE break_decision IS 'What was chosen for those who still wait at a break; the last choice holds.';
CREATE INDEX ix_break_decision_day ON break_decision (hall, business_day);

CREATE TABLE quiet (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    set_at BIGINT NOT NULL,
    quiet_until BIGINT NOT NULL,
    CONSTRAINT pk_quiet PRIMARY KEY (id)
);
COMMENT ON TABLE quiet IS 'Until when calls are not said aloud in a hall; the last one holds.';
CREATE INDEX ix_quiet_hall ON quiet (hall, set_at);

CREATE TABLE pairing (
    id VARCHAR(64) NOT NULL,
    code VARCHAR(6) NOT NULL,
    secret_digest VARCHAR(64) NOT NULL,
    address VARCHAR(64) NOT NULL,
    browser VARCHAR(40) NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    asked_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    device VARCHAR(64),
    CONSTRAINT pk_pairing PRIMARY KEY (id),
    CONSTRAINT uq_pairing_code UNIQUE (code),
    CONSTRAINT uq_pairing_secret_digest UNIQUE (secret_digest)
);
COMMENT ON TABLE pairing IS 'A code shown by a device; confirmed, its secret is the token of `device`. Gone within an hour.';
CREATE INDEX ix_pairing_expires_at ON pairing (expires_at);

CREATE TABLE device_presence (
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    configured VARCHAR(64) NOT NULL,
    looked_on VARCHAR(10) NOT NULL,
    seen INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    seen_at BIGINT,
    CONSTRAINT pk_device_presence PRIMARY KEY (hall, kind, configured, looked_on)
);
COMMENT ON TABLE device_presence IS 'Looks of a local day that saw or missed a device in opening hours; its last sign of life.';

CREATE TABLE panel_rest (
    hall VARCHAR(64) NOT NULL,
    screen VARCHAR(64) NOT NULL,
    began_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    CONSTRAINT pk_panel_rest PRIMARY KEY (hall, screen, began_at)
);
COMMENT ON TABLE panel_rest IS 'Intervals in which the panel of a screen was off on purpose, by checks every two minutes.';

CREATE TABLE roll (
    id VARCHAR(64) NOT NULL,
    printer VARCHAR(64) NOT NULL,
    began_at BIGINT NOT NULL,
    papers INTEGER NOT NULL,
    low_at INTEGER,
    is_out BOOLEAN NOT NULL,
    was_opened BOOLEAN NOT NULL,
    ended_at BIGINT,
    ended_by VARCHAR(10),
    CONSTRAINT pk_roll PRIMARY KEY (id)
);
COMMENT ON TABLE roll IS 'A roll of a printer (a kiosk''s id): the papers it gave, and how many when its end was near.';
CREATE INDEX ix_roll_printer ON roll (printer, began_at);
CREATE UNIQUE INDEX uq_roll_in_printer ON roll (printer) WHERE ended_at IS NULL;

CREATE TABLE display (
    notice VARCHAR(64) NOT NULL,
    screen VARCHAR(64) NOT NULL,
    shown_on VARCHAR(10) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    shown_ms BIGINT NOT NULL,
    completed INTEGER NOT NULL,
    cut INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    CONSTRAINT pk_display PRIMARY KEY (notice, screen, shown_on)
);
COMMENT ON TABLE display IS 'How long a notice was seen on a screen on a local date; folded from facts.';

CREATE TABLE display_record (
    screen VARCHAR(64) NOT NULL,
    record VARCHAR(64) NOT NULL,
    last_number BIGINT NOT NULL,
    CONSTRAINT pk_display_record PRIMARY KEY (screen, record)
);
COMMENT ON TABLE display_record IS 'Up to which number of a player''s record its displays are counted.';

CREATE TABLE hall (
    id VARCHAR(64) NOT NULL,
    slug VARCHAR(64) NOT NULL,
    epoch VARCHAR(64) NOT NULL,
    version BIGINT NOT NULL,
    journal_length BIGINT NOT NULL,
    head_hash VARCHAR(64) NOT NULL,
    last_recorded_at BIGINT,
    configuration_revision INTEGER NOT NULL,
    installation_revision INTEGER NOT NULL,
    number_offset INTEGER NOT NULL,
    number_offset_on VARCHAR(10),
    targets_decided INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_hall PRIMARY KEY (id),
    CONSTRAINT uq_hall_slug UNIQUE (slug)
);
COMMENT ON TABLE hall IS 'One row a hall: the write lock, the head of its journal, its epoch and version.';

CREATE TABLE installation (
    id SERIAL NOT NULL,
    journal_length BIGINT NOT NULL,
    head_hash VARCHAR(64) NOT NULL,
    last_recorded_at BIGINT,
    is_demonstration BOOLEAN NOT NULL,
    secret VARCHAR(64) NOT NULL,
    access_version BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_installation PRIMARY KEY (id)
);
COMMENT ON TABLE installation IS 'One row: the head of the installation journal.';

CREATE TABLE hall_fact (
    hall VARCHAR(64) NOT NULL,
    position BIGINT NOT NULL,
    id VARCHAR(64) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    schema INTEGER NOT NULL,
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    is_clock_suspect BOOLEAN NOT NULL,
    author VARCHAR(64) NOT NULL,
    device VARCHAR(64),
    body TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    version BIGINT NOT NULL,
    visit VARCHAR(64),
    counter VARCHAR(64),
    CONSTRAINT pk_hall_fact PRIMARY KEY (hall, position),
    CONSTRAINT fk_hall_fact_hall FOREIGN KEY(hall) REFERENCES hall (id),
    CONSTRAINT uq_hall_fact_id UNIQUE (id)
);
COMMENT ON TABLE hall_fact IS 'The hall''s journal: append-only, each fact carries the hash of the one before.';
CREATE INDEX ix_hall_fact_counter ON hall_fact (hall, counter, position) WHERE counter IS NOT NULL;
CREATE INDEX ix_hall_fact_kind ON hall_fact (hall, kind, position) WHERE kind NOT IN ('TicketIssued', 'LegCalled', 'LegStarted', 'LegEnded');
CREATE INDEX ix_hall_fact_visit ON hall_fact (visit);

CREATE TABLE installation_fact (
    position BIGSERIAL NOT NULL,
    id VARCHAR(64) NOT NULL,
    kind VARCHAR(40) NOT NULL,
    schema INTEGER NOT NULL,
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    is_clock_suspect BOOLEAN NOT NULL,
    author VARCHAR(64) NOT NULL,
    device VARCHAR(64),
    body TEXT NOT NULL,
    hash VARCHAR(64) NOT NULL,
    CONSTRAINT pk_installation_fact PRIMARY KEY (position),
    CONSTRAINT uq_installation_fact_id UNIQUE (id)
);
CREATE INDEX ix_installation_fact_kind ON installation_fact (kind, position);

CREATE TABLE erasable (
    id VARCHAR(64) NOT NULL,
    value TEXT,
    salt VARCHAR(64),
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_erasable PRIMARY KEY (id)
);
COMMENT ON TABLE erasable IS 'Personal values outside the journal; value and salt are erased together.';
CREATE INDEX ix_erasable_erase_after ON erasable (erase_after) WHERE value IS NOT NULL;

CREATE TABLE document (
    kind VARCHAR(20) NOT NULL,
    scope VARCHAR(64) NOT NULL,
    revision INTEGER NOT NULL,
    content TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    published_by VARCHAR(64) NOT NULL,
    restores INTEGER,
    CONSTRAINT pk_document PRIMARY KEY (kind, scope, revision)
);
COMMENT ON TABLE document IS 'Configuration documents with their revisions; `restores`: the one whose content this is again.';

CREATE TABLE draft (
    document VARCHAR(64) NOT NULL,
    version INTEGER NOT NULL,
    base_revision INTEGER NOT NULL,
    content TEXT,
    author VARCHAR(64) NOT NULL,
    saved_at BIGINT NOT NULL,
    CONSTRAINT pk_draft PRIMARY KEY (document, version)
);
COMMENT ON TABLE draft IS 'Drafts by document, their last versions; content null: published or discarded.';

CREATE TABLE configured (
    id VARCHAR(64) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    CONSTRAINT pk_configured PRIMARY KEY (id)
);
COMMENT ON TABLE configured IS 'Every id a hall document ever used: ids are unique over the installation and never reused.';

CREATE TABLE idempotency (
    author VARCHAR(64) NOT NULL,
    key VARCHAR(200) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_idempotency PRIMARY KEY (author, "key")
);
COMMENT ON TABLE idempotency IS 'Answers of writes, kept 24 hours: the same key and body get the same answer.';
CREATE INDEX ix_idempotency_created_at ON idempotency (created_at);

CREATE TABLE job_run (
    job VARCHAR(30) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    done_at BIGINT NOT NULL,
    CONSTRAINT pk_job_run PRIMARY KEY (job, hall, business_day)
);
COMMENT ON TABLE job_run IS 'Which job ran for which hall and day: each runs once.';

CREATE TABLE retention_choice (
    name VARCHAR(40) NOT NULL,
    days INTEGER NOT NULL,
    decided_at BIGINT NOT NULL,
    decided_by VARCHAR(64) NOT NULL,
    CONSTRAINT pk_retention_choice PRIMARY KEY (name)
);
COMMENT ON TABLE retention_choice IS 'Rows of the schedule of retention for which the site chose other days.';

CREATE TABLE purge_run (
    day VARCHAR(10) NOT NULL,
    done_at BIGINT NOT NULL,
    erased TEXT NOT NULL,
    overdue TEXT NOT NULL,
    CONSTRAINT pk_purge_run PRIMARY KEY (day)
);
COMMENT ON TABLE purge_run IS 'By day (UTC), how many rows of each table purges erased, and how many were left over time.';

CREATE TABLE register_text (
    name VARCHAR(40) NOT NULL,
    text TEXT NOT NULL,
    CONSTRAINT pk_register_text PRIMARY KEY (name)
);
COMMENT ON TABLE register_text IS 'What the site says of its processing where Parvis cannot know it.';

CREATE TABLE medium (
    id VARCHAR(64) NOT NULL,
    state VARCHAR(10) NOT NULL,
    kind VARCHAR(10),
    files TEXT NOT NULL,
    refusal TEXT,
    upload_sha256 VARCHAR(64) NOT NULL,
    upload_size BIGINT NOT NULL,
    uploaded_at BIGINT NOT NULL,
    uploaded_by VARCHAR(64) NOT NULL,
    texts_sha256 VARCHAR(64),
    CONSTRAINT pk_medium PRIMARY KEY (id)
);
COMMENT ON TABLE medium IS 'What notices show, a projection; `files` are JSON, named by the SHA-256 of their bytes.';
CREATE INDEX ix_medium_state ON medium (state);

CREATE TABLE medium_text (
    medium VARCHAR(64) NOT NULL,
    texts TEXT NOT NULL,
    CONSTRAINT pk_medium_text PRIMARY KEY (medium)
);
COMMENT ON TABLE medium_text IS 'What a medium says for who cannot see it, by language; the fact holds the SHA-256.';

CREATE TABLE medium_site (
    medium VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    CONSTRAINT pk_medium_site PRIMARY KEY (medium)
);
COMMENT ON TABLE medium_site IS 'The site a medium belongs to; a medium without a row belongs to all sites.';
CREATE INDEX ix_medium_site_site ON medium_site (site);

CREATE TABLE medium_details (
    medium VARCHAR(64) NOT NULL,
    name VARCHAR(120) NOT NULL,
    tags TEXT NOT NULL,
    made_by VARCHAR(120) NOT NULL,
    rights VARCHAR(240) NOT NULL,
    until VARCHAR(10),
    words TEXT NOT NULL,
    kept_bytes BIGINT NOT NULL,
    CONSTRAINT pk_medium_details PRIMARY KEY (medium)
);
COMMENT ON TABLE medium_details IS 'Words about a medium, erased with it; `words` are searched, `kept_bytes` count for a quota.';

CREATE TABLE medium_captions (
    medium VARCHAR(64) NOT NULL,
    language VARCHAR(8) NOT NULL,
    captions TEXT NOT NULL,
    CONSTRAINT pk_medium_captions PRIMARY KEY (medium, language)
);
COMMENT ON TABLE medium_captions IS 'Captions of films by language: plain words with the milliseconds between which they show.';

CREATE TABLE upload (
    medium VARCHAR(64) NOT NULL,
    claimed_until BIGINT,
    tries INTEGER NOT NULL,
    CONSTRAINT pk_upload PRIMARY KEY (medium)
);
COMMENT ON TABLE upload IS 'Uploads that wait to be prepared; who prepares one holds it until an instant.';

CREATE TABLE feed (
    id VARCHAR(64) NOT NULL,
    url TEXT NOT NULL,
    tried_at BIGINT,
    read_at BIGINT,
    content TEXT,
    failure VARCHAR(40),
    CONSTRAINT pk_feed PRIMARY KEY (id)
);
COMMENT ON TABLE feed IS 'Web feeds by the SHA-256 of their address: the last good content and when it was read.';

CREATE TABLE notice (
    id VARCHAR(64) NOT NULL,
    state VARCHAR(10) NOT NULL,
    steps INTEGER NOT NULL,
    version INTEGER NOT NULL,
    kind VARCHAR(20) NOT NULL,
    category VARCHAR(20) NOT NULL,
    targets TEXT NOT NULL,
    drafted_by VARCHAR(64) NOT NULL,
    drafted_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    shown_version INTEGER,
    shown_from BIGINT,
    shown_until BIGINT,
    replaces VARCHAR(64),
    CONSTRAINT pk_notice PRIMARY KEY (id)
);
COMMENT ON TABLE notice IS '`version` is the newest; kind, category and targets are its own; `replaces` it corrects.';
CREATE INDEX ix_notice_replaces ON notice (replaces);
CREATE INDEX ix_notice_state ON notice (state);

CREATE TABLE notice_step (
    id VARCHAR(64) NOT NULL,
    notice VARCHAR(64) NOT NULL,
    step INTEGER NOT NULL,
    kind VARCHAR(40) NOT NULL,
    state VARCHAR(10) NOT NULL,
    version INTEGER NOT NULL,
    done_at BIGINT NOT NULL,
    author VARCHAR(64) NOT NULL,
    reason VARCHAR(64),
    shown_from BIGINT,
    shown_until BIGINT,
    CONSTRAINT pk_notice_step PRIMARY KEY (id)
);
COMMENT ON TABLE notice_step IS 'Who did what, one row a fact; `reason` is an erasable value.';
CREATE INDEX ix_notice_step_notice ON notice_step (notice, step);

CREATE TABLE notice_version (
    notice VARCHAR(64) NOT NULL,
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    CONSTRAINT pk_notice_version PRIMARY KEY (notice, version)
);
COMMENT ON TABLE notice_version IS 'What each version says, as canonical JSON; the fact holds its SHA-256.';

CREATE TABLE affluence (
    hall VARCHAR(64) NOT NULL,
    counted_at BIGINT NOT NULL,
    counts TEXT NOT NULL,
    CONSTRAINT pk_affluence PRIMARY KEY (hall)
);
COMMENT ON TABLE affluence IS 'How many tickets a hall gave by weekday and local hour, counted daily; not a projection.';

CREATE TABLE account (
    id VARCHAR(64) NOT NULL,
    login VARCHAR(80) NOT NULL,
    display_name VARCHAR(80) NOT NULL,
    password_hash VARCHAR(200),
    is_locked BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    email VARCHAR(254),
    last_signed_in_at BIGINT,
    language VARCHAR(10) DEFAULT 'fr' NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT uq_account_email UNIQUE (email),
    CONSTRAINT uq_account_login UNIQUE (login)
);

CREATE TABLE account_pseudonym (
    account VARCHAR(64) NOT NULL,
    year INTEGER NOT NULL,
    pseudonym VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_account_pseudonym PRIMARY KEY (account, year),
    CONSTRAINT fk_account_pseudonym_account FOREIGN KEY(account) REFERENCES account (id) ON DELETE CASCADE,
    CONSTRAINT uq_account_pseudonym_pseudonym UNIQUE (pseudonym)
);
COMMENT ON TABLE account_pseudonym IS 'The id that facts carry for an account in a calendar year; erased a time after that year.';

CREATE TABLE rights_salt (
    subject VARCHAR(64) NOT NULL,
    salt VARCHAR(32) NOT NULL,
    CONSTRAINT pk_rights_salt PRIMARY KEY (subject)
);
COMMENT ON TABLE rights_salt IS 'By account, API key or device, the salt of its seals in facts; erased with the account.';

CREATE TABLE role_grant (
    account VARCHAR(64) NOT NULL,
    role VARCHAR(20) NOT NULL,
    site VARCHAR(64) NOT NULL,
    limited_to TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_role_grant PRIMARY KEY (account, role, site),
    CONSTRAINT fk_role_grant_account FOREIGN KEY(account) REFERENCES account (id)
);
COMMENT ON TABLE role_grant IS 'site ''*'' means every site.';

CREATE TABLE sign_in (
    digest VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    browser VARCHAR(40) NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    id_token TEXT,
    active_at BIGINT,
    CONSTRAINT pk_sign_in PRIMARY KEY (digest),
    CONSTRAINT uq_sign_in_id UNIQUE (id)
);
COMMENT ON TABLE sign_in IS 'Signed-in sessions, revocable; the cookie holds the token, the row its digest.';
CREATE INDEX ix_sign_in_account ON sign_in (account);

CREATE TABLE identity (
    issuer VARCHAR(200) NOT NULL,
    subject VARCHAR(255) NOT NULL,
    account VARCHAR(64) NOT NULL,
    linked_at BIGINT NOT NULL,
    CONSTRAINT pk_identity PRIMARY KEY (issuer, subject)
);
COMMENT ON TABLE identity IS 'Who a provider of identities says an account is, known since its first sign-in there.';
CREATE INDEX ix_identity_account ON identity (account);

CREATE TABLE invitation (
    digest VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_invitation PRIMARY KEY (digest)
);
COMMENT ON TABLE invitation IS 'Links by which a person chooses a password, once; the link holds the token.';
CREATE INDEX ix_invitation_account ON invitation (account);
CREATE INDEX ix_invitation_expires_at ON invitation (expires_at);

CREATE TABLE sign_in_failure (
    bucket VARCHAR(64) NOT NULL,
    failures INTEGER NOT NULL,
    failed_at BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    CONSTRAINT pk_sign_in_failure PRIMARY KEY (bucket)
);
COMMENT ON TABLE sign_in_failure IS 'Failed sign-ins of a login or an address, known by a keyed digest only.';
CREATE INDEX ix_sign_in_failure_failed_at ON sign_in_failure (failed_at);

CREATE TABLE individual_figures (
    site VARCHAR(64) NOT NULL,
    is_on BOOLEAN NOT NULL,
    decided_at BIGINT NOT NULL,
    decided_by VARCHAR(64) NOT NULL,
    CONSTRAINT pk_individual_figures PRIMARY KEY (site)
);
COMMENT ON TABLE individual_figures IS 'Sites where figures of one agent may be shown; no row: they may not.';

CREATE TABLE device (
    id VARCHAR(64) NOT NULL,
    kind VARCHAR(10) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    configured VARCHAR(64) NOT NULL,
    token_digest VARCHAR(64) NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    token_at BIGINT NOT NULL,
    copied_at BIGINT,
    renewal_digest VARCHAR(64),
    renewal_until BIGINT,
    renewal_by VARCHAR(64),
    CONSTRAINT pk_device PRIMARY KEY (id),
    CONSTRAINT uq_device_token_digest UNIQUE (token_digest)
);
COMMENT ON TABLE device IS 'A paired kiosk or screen; `configured` is its id in the hall document. `token_at`: since when it has its token; `copied_at`: that token was seen on two machines; `renewal_…`: one that was asked for.';

CREATE TABLE api_key (
    id VARCHAR(64) NOT NULL,
    name VARCHAR(80) NOT NULL,
    token_digest VARCHAR(64) NOT NULL,
    scopes VARCHAR(200) NOT NULL,
    halls TEXT NOT NULL,
    is_loopback_only BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    used_after_end_at BIGINT,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT uq_api_key_token_digest UNIQUE (token_digest)
);
COMMENT ON COLUMN api_key.used_after_end_at IS 'When a program first showed the key after its end.';

CREATE TABLE print_job (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    printer VARCHAR(64) NOT NULL,
    visit VARCHAR(64),
    copy INTEGER NOT NULL,
    document TEXT NOT NULL,
    state VARCHAR(10) NOT NULL,
    verdict VARCHAR(10),
    why VARCHAR(80),
    job_number INTEGER,
    fence BIGINT,
    queued_at BIGINT NOT NULL,
    sent_at BIGINT,
    done_at BIGINT,
    first_printer VARCHAR(64),
    CONSTRAINT pk_print_job PRIMARY KEY (id),
    CONSTRAINT uq_print_job_copy UNIQUE (visit, copy)
);
CREATE INDEX ix_print_job_open ON print_job (printer, queued_at, id) WHERE state IN ('queued', 'sending');

CREATE TABLE printer_lease (
    printer VARCHAR(64) NOT NULL,
    holder VARCHAR(64) NOT NULL,
    fence BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    state VARCHAR(200),
    state_at BIGINT,
    unprinted INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_printer_lease PRIMARY KEY (printer)
);

CREATE TABLE pulled_printer (
    printer VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    secret VARCHAR(64) NOT NULL,
    renewed_at BIGINT NOT NULL,
    polled_at BIGINT,
    interval_s INTEGER,
    identity VARCHAR(40),
    CONSTRAINT pk_pulled_printer PRIMARY KEY (printer)
);
COMMENT ON TABLE pulled_printer IS 'Printers that fetch their jobs: the digest of the secret of each, and its last kept poll.';

CREATE TABLE printer_probe (
    printer VARCHAR(64) NOT NULL,
    place VARCHAR(300),
    asked_at BIGINT,
    state VARCHAR(20),
    name VARCHAR(200),
    has_process_id BOOLEAN,
    speed INTEGER,
    read_place VARCHAR(300),
    read_at BIGINT,
    CONSTRAINT pk_printer_probe PRIMARY KEY (printer)
);
COMMENT ON TABLE printer_probe IS 'What each printer answered when it was probed, and when somebody read a sheet of it.';

CREATE TABLE day_annotation (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    day VARCHAR(10) NOT NULL,
    words VARCHAR(60) NOT NULL,
    author VARCHAR(64) NOT NULL,
    annotated_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CONSTRAINT pk_day_annotation PRIMARY KEY (id)
);
COMMENT ON TABLE day_annotation IS 'Remarks that explain the figures of a day.';
CREATE INDEX ix_day_annotation_day ON day_annotation (hall, day);

CREATE TABLE typed_figure (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    indicator VARCHAR(60) NOT NULL,
    period VARCHAR(10) NOT NULL,
    value VARCHAR(20) NOT NULL,
    unit VARCHAR(10) NOT NULL,
    source VARCHAR(80) NOT NULL,
    is_from_other_tool BOOLEAN NOT NULL,
    author VARCHAR(64) NOT NULL,
    recorded_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    service VARCHAR(64),
    CONSTRAINT pk_typed_figure PRIMARY KEY (id)
);
COMMENT ON TABLE typed_figure IS 'Values that people enter because the hall does not measure them; `service`: null for all.';
CREATE INDEX ix_typed_figure_hall ON typed_figure (hall);

CREATE TABLE report (
    id VARCHAR(64) NOT NULL,
    halls TEXT NOT NULL,
    period VARCHAR(10) NOT NULL,
    state VARCHAR(10) NOT NULL,
    sentences TEXT NOT NULL,
    figures TEXT,
    digest VARCHAR(64),
    begun_at BIGINT NOT NULL,
    begun_by VARCHAR(64) NOT NULL,
    changed_at BIGINT NOT NULL,
    frozen_at BIGINT,
    frozen_by VARCHAR(64),
    approved_at BIGINT,
    approved_by VARCHAR(64),
    CONSTRAINT pk_report PRIMARY KEY (id)
);
COMMENT ON TABLE report IS '`halls`: ids; `figures`: once frozen; `digest`: of figures and sentences, as in the fact.';
CREATE INDEX ix_report_period ON report (period);

CREATE TABLE grid_text (
    site VARCHAR(64) NOT NULL,
    grid VARCHAR(40) NOT NULL,
    code VARCHAR(12) NOT NULL,
    text TEXT NOT NULL,
    source VARCHAR(120) NOT NULL,
    read_on VARCHAR(10) NOT NULL,
    changed_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CONSTRAINT pk_grid_text PRIMARY KEY (site, grid, code)
);
COMMENT ON TABLE grid_text IS 'The official text of a line of a label, typed by a site; nothing personal.';

CREATE TABLE report_schedule (
    id VARCHAR(64) NOT NULL,
    halls TEXT NOT NULL,
    kind VARCHAR(10) NOT NULL,
    day INTEGER NOT NULL,
    language VARCHAR(10) NOT NULL,
    planned_at BIGINT NOT NULL,
    planned_by VARCHAR(64) NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_report_schedule PRIMARY KEY (id)
);
COMMENT ON TABLE report_schedule IS 'A plan to send approved reports of halls (ids) on a `day` of the month after the period.';

CREATE TABLE report_recipient (
    id VARCHAR(64) NOT NULL,
    schedule VARCHAR(64) NOT NULL,
    account VARCHAR(64),
    kept VARCHAR(64),
    CONSTRAINT pk_report_recipient PRIMARY KEY (id)
);
COMMENT ON TABLE report_recipient IS 'Who gets the reports of a schedule: an account, or an address (`kept`: its erasable value).';

CREATE TABLE report_letter (
    id VARCHAR(64) NOT NULL,
    recipient VARCHAR(64) NOT NULL,
    period VARCHAR(10) NOT NULL,
    report VARCHAR(64) NOT NULL,
    queued_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tries INTEGER NOT NULL,
    taken_until BIGINT,
    sent_at BIGINT,
    given_up_at BIGINT,
    failure VARCHAR(40),
    CONSTRAINT pk_report_letter PRIMARY KEY (id),
    CONSTRAINT uq_report_letter_period UNIQUE (recipient, period)
);
COMMENT ON TABLE report_letter IS 'The outbox of scheduled reports: one letter for each recipient and period.';
CREATE INDEX ix_report_letter_queued_at ON report_letter (queued_at);

CREATE TABLE stored_rollup (
    hall VARCHAR(64) NOT NULL,
    period VARCHAR(10) NOT NULL,
    shape VARCHAR(80) NOT NULL,
    visits_end_at BIGINT,
    visits_during_alert INTEGER NOT NULL,
    counted BYTEA NOT NULL,
    counted_during_alert BYTEA NOT NULL,
    CONSTRAINT pk_stored_rollup PRIMARY KEY (hall, period)
);
COMMENT ON TABLE stored_rollup IS 'Counts of a day, month or year that is over; triggers delete them when a row changes.';

CREATE TABLE survey (
    id VARCHAR(64) NOT NULL,
    audience VARCHAR(10) NOT NULL,
    state VARCHAR(10) NOT NULL,
    title TEXT NOT NULL,
    halls TEXT NOT NULL,
    opens_on VARCHAR(10) NOT NULL,
    closes_on VARCHAR(10) NOT NULL,
    channels TEXT NOT NULL,
    languages TEXT NOT NULL,
    outside TEXT NOT NULL,
    targets TEXT NOT NULL,
    questions TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    closes_at BIGINT,
    secret VARCHAR(64),
    CONSTRAINT pk_survey PRIMARY KEY (id)
);
COMMENT ON TABLE survey IS '`targets`: answers by hall; `secret`: of the digests of used tickets, erased at the close.';
CREATE INDEX ix_survey_closes_at ON survey (closes_at);

CREATE TABLE survey_address (
    code VARCHAR(12) NOT NULL,
    survey VARCHAR(64) NOT NULL,
    hall VARCHAR(64),
    channel VARCHAR(10) NOT NULL,
    CONSTRAINT pk_survey_address PRIMARY KEY (code)
);
COMMENT ON TABLE survey_address IS 'Where a survey is answered: one address for each hall and channel.';
CREATE INDEX ix_survey_address_survey ON survey_address (survey);

CREATE TABLE survey_answer (
    id VARCHAR(64) NOT NULL,
    survey VARCHAR(64) NOT NULL,
    hall VARCHAR(64),
    channel VARCHAR(10) NOT NULL,
    language VARCHAR(8) NOT NULL,
    week VARCHAR(8) NOT NULL,
    choices TEXT NOT NULL,
    run VARCHAR(16),
    CONSTRAINT pk_survey_answer PRIMARY KEY (id)
) WITHOUT ROWID;
COMMENT ON TABLE survey_answer IS 'The choices of one person, without free texts; `id` is drawn, `week`: ISO.';
CREATE INDEX ix_survey_answer_survey ON survey_answer (survey);

CREATE TABLE survey_waiting (
    answer VARCHAR(64) NOT NULL,
    question VARCHAR(4) NOT NULL,
    survey VARCHAR(64) NOT NULL,
    hall VARCHAR(64),
    CONSTRAINT pk_survey_waiting PRIMARY KEY (answer, question)
) WITHOUT ROWID;
COMMENT ON TABLE survey_waiting IS 'Choices that no result counts yet: results move by ten answers or more.';
CREATE INDEX ix_survey_waiting_survey ON survey_waiting (survey);

CREATE TABLE survey_ticket (
    survey VARCHAR(64) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    CONSTRAINT pk_survey_ticket PRIMARY KEY (survey, digest)
) WITHOUT ROWID;
COMMENT ON TABLE survey_ticket IS 'Tickets that have answered, as keyed digests; deleted when the survey closes.';

CREATE TABLE survey_text (
    id VARCHAR(64) NOT NULL,
    survey VARCHAR(64) NOT NULL,
    hall VARCHAR(64),
    question VARCHAR(4) NOT NULL,
    language VARCHAR(8) NOT NULL,
    week VARCHAR(8) NOT NULL,
    text TEXT NOT NULL,
    state VARCHAR(10) NOT NULL,
    is_edited BOOLEAN NOT NULL,
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_survey_text PRIMARY KEY (id)
) WITHOUT ROWID;
COMMENT ON TABLE survey_text IS 'A free text, apart from the answer it came with; `state`: unread, shown or hidden.';
CREATE INDEX ix_survey_text_erase_after ON survey_text (erase_after);
CREATE INDEX ix_survey_text_survey ON survey_text (survey);

CREATE TABLE verification (
    journal VARCHAR(64) NOT NULL,
    verified_on VARCHAR(10) NOT NULL,
    verified_at BIGINT NOT NULL,
    took_ms INTEGER NOT NULL,
    facts BIGINT NOT NULL,
    head VARCHAR(64),
    wrong VARCHAR(20),
    position BIGINT,
    fact VARCHAR(64),
    detail TEXT,
    CONSTRAINT pk_verification PRIMARY KEY (journal, verified_on)
);
COMMENT ON TABLE verification IS 'A walk over a journal (a hall''s slug, or ''installation'') a day: facts, last hash, first fault.';

CREATE TABLE visit (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    series VARCHAR(64) NOT NULL,
    incarnation VARCHAR(64) NOT NULL,
    rank INTEGER NOT NULL,
    number VARCHAR(12) NOT NULL,
    class VARCHAR(12) NOT NULL,
    priority VARCHAR(14) NOT NULL,
    language VARCHAR(64),
    channel VARCHAR(12) NOT NULL,
    device VARCHAR(64),
    issued_at BIGINT NOT NULL,
    arrived_at BIGINT NOT NULL,
    booked_at BIGINT,
    ended_at BIGINT,
    end_reason VARCHAR(20),
    needs VARCHAR(64),
    link VARCHAR(64),
    wanted_service VARCHAR(64),
    exceptional_reason VARCHAR(64),
    CONSTRAINT pk_visit PRIMARY KEY (id),
    CONSTRAINT uq_visit_number UNIQUE (hall, business_day, series, incarnation, rank)
);
CREATE INDEX ix_visit_exceptional ON visit (hall) WHERE exceptional_reason IS NOT NULL AND end_reason IS NULL;
CREATE INDEX ix_visit_link ON visit (hall) WHERE link IS NOT NULL AND end_reason IS NULL;
CREATE INDEX ix_visit_needs ON visit (hall) WHERE needs IS NOT NULL AND end_reason IS NULL;

CREATE TABLE leg (
    id VARCHAR(64) NOT NULL,
    visit VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    number VARCHAR(12) NOT NULL,
    position INTEGER NOT NULL,
    service VARCHAR(64) NOT NULL,
    queue VARCHAR(64) NOT NULL,
    class VARCHAR(12) NOT NULL,
    priority VARCHAR(14) NOT NULL,
    target_s INTEGER NOT NULL,
    state VARCHAR(12) NOT NULL,
    sort_key VARCHAR(80) NOT NULL,
    arrived_at BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    booked_at BIGINT,
    call VARCHAR(64),
    rank INTEGER NOT NULL,
    first_called_at BIGINT,
    last_called_at BIGINT,
    started_at BIGINT,
    is_start_pressed BOOLEAN NOT NULL,
    ended_at BIGINT,
    end_reason VARCHAR(20),
    counter VARCHAR(64),
    for_counter VARCHAR(64),
    session VARCHAR(64),
    rule VARCHAR(30),
    why TEXT,
    reinstated_from VARCHAR(64),
    reinstatements INTEGER NOT NULL,
    quoted_low_s INTEGER,
    quoted_median_s INTEGER,
    quoted_high_s INTEGER,
    configuration_revision INTEGER NOT NULL,
    is_clock_suspect BOOLEAN NOT NULL,
    series VARCHAR(64) NOT NULL,
    reference_at BIGINT NOT NULL,
    is_out_of_series BOOLEAN NOT NULL,
    is_held BOOLEAN DEFAULT false NOT NULL,
    is_at_front BOOLEAN,
    lets_pass INTEGER,
    lets_pass_since BIGINT,
    postponements INTEGER,
    not_before BIGINT,
    parked_at BIGINT,
    parked_s INTEGER,
    return_place VARCHAR(10),
    added_services TEXT,
    outcome VARCHAR(20),
    note VARCHAR(64),
    outcome_asked VARCHAR(10),
    CONSTRAINT pk_leg PRIMARY KEY (id)
);
COMMENT ON TABLE leg IS 'A wait and a service inside a visit; one visit at a counter at most, by constraint.';
CREATE INDEX ix_leg_ahead ON leg (hall, queue, sort_key) WHERE state = 'waiting';
CREATE INDEX ix_leg_called ON leg (hall, last_called_at) WHERE last_called_at IS NOT NULL;
CREATE INDEX ix_leg_day ON leg (hall, business_day);
CREATE INDEX ix_leg_open ON leg (hall, state) WHERE state IN ('called', 'in_service', 'parked');
CREATE INDEX ix_leg_visit ON leg (visit);
CREATE UNIQUE INDEX uq_leg_counter ON leg (counter) WHERE state IN ('called', 'in_service');

CREATE TABLE appointment (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    service VARCHAR(64) NOT NULL,
    booked_at BIGINT NOT NULL,
    booked_on VARCHAR(10) NOT NULL,
    is_convocation BOOLEAN NOT NULL,
    state VARCHAR(12) NOT NULL,
    visit VARCHAR(64),
    arrival VARCHAR(10),
    checked_in_at BIGINT,
    CONSTRAINT pk_appointment PRIMARY KEY (id)
);
COMMENT ON TABLE appointment IS 'Planned arrivals, without a name; its code stands in appointment_access until it is purged.';
CREATE INDEX ix_appointment_day ON appointment (hall, booked_on);

CREATE TABLE appointment_access (
    appointment VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    booked_on VARCHAR(10) NOT NULL,
    external_id VARCHAR(64),
    code VARCHAR(32),
    expires_at BIGINT NOT NULL,
    CONSTRAINT pk_appointment_access PRIMARY KEY (appointment),
    CONSTRAINT uq_appointment_access_code UNIQUE (hall, booked_on, code),
    CONSTRAINT uq_appointment_access_external_id UNIQUE (hall, external_id)
);
COMMENT ON TABLE appointment_access IS 'By what an appointment is known outside: its id there and its code; purged after its day.';
CREATE INDEX ix_appointment_access_expires_at ON appointment_access (expires_at);

CREATE TABLE ticket_access (
    visit VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    short_code VARCHAR(8) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    press VARCHAR(64),
    press_by VARCHAR(64),
    expires_at BIGINT NOT NULL,
    token_digest VARCHAR(64) NOT NULL,
    CONSTRAINT pk_ticket_access PRIMARY KEY (visit),
    CONSTRAINT uq_ticket_access_press UNIQUE (press),
    CONSTRAINT uq_ticket_access_short_code UNIQUE (business_day, short_code),
    CONSTRAINT uq_ticket_access_token_digest UNIQUE (token_digest)
);
COMMENT ON TABLE ticket_access IS 'What a visitor holds, and which press gave it; purged after the next business day.';
CREATE INDEX ix_ticket_access_expires_at ON ticket_access (expires_at);

CREATE TABLE greeting (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    service VARCHAR(64) NOT NULL,
    counter VARCHAR(64),
    greeted_at BIGINT NOT NULL,
    is_undone BOOLEAN NOT NULL,
    CONSTRAINT pk_greeting PRIMARY KEY (id)
);
CREATE INDEX ix_greeting_day ON greeting (hall, business_day);

CREATE TABLE not_issued (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    business_day VARCHAR(10) NOT NULL,
    service VARCHAR(64) NOT NULL,
    reason VARCHAR(30) NOT NULL,
    device VARCHAR(64),
    wanted_at BIGINT NOT NULL,
    CONSTRAINT pk_not_issued PRIMARY KEY (id)
);
CREATE INDEX ix_not_issued_day ON not_issued (hall, business_day);

CREATE TABLE action (
    id VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    remark TEXT NOT NULL,
    origin VARCHAR(80) NOT NULL,
    solution TEXT NOT NULL,
    owner VARCHAR(80) NOT NULL,
    due_on VARCHAR(10),
    state VARCHAR(10) NOT NULL,
    added_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    origin_kind VARCHAR(20),
    origin_id VARCHAR(64),
    CONSTRAINT pk_action PRIMARY KEY (id)
);
COMMENT ON TABLE action IS 'The action plan of a site, kept by hand; `owner`: an office or a role, no person.';
CREATE INDEX ix_action_site ON action (site, added_at);

CREATE TABLE complaint (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    reference VARCHAR(12) NOT NULL,
    secret_digest VARCHAR(64) NOT NULL,
    kind VARCHAR(12) NOT NULL,
    channel VARCHAR(12) NOT NULL,
    language VARCHAR(8) NOT NULL,
    text TEXT NOT NULL,
    concerns_agent BOOLEAN NOT NULL,
    written_on VARCHAR(10) NOT NULL,
    due_on VARCHAR(10),
    state VARCHAR(12) NOT NULL,
    answer TEXT NOT NULL,
    reason TEXT NOT NULL,
    public_asked TEXT NOT NULL,
    public_done TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    answered_at BIGINT,
    closed_at BIGINT,
    released_at BIGINT,
    notice VARCHAR(64),
    action VARCHAR(64),
    CONSTRAINT pk_complaint PRIMARY KEY (id)
);
COMMENT ON TABLE complaint IS '`answered_at`: of the answer, or of the decision to give none; `public_asked`, `public_done`: what a person edited for everybody.';
CREATE INDEX ix_complaint_hall ON complaint (hall, received_at);
CREATE INDEX ix_complaint_received_at ON complaint (received_at);
CREATE UNIQUE INDEX ix_complaint_reference ON complaint (reference);

CREATE TABLE complaint_contact (
    complaint VARCHAR(64) NOT NULL,
    contact TEXT NOT NULL,
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_complaint_contact PRIMARY KEY (complaint)
);
COMMENT ON TABLE complaint_contact IS 'How to reach the author of an entry, apart from everything else; the row is deleted.';
CREATE INDEX ix_complaint_contact_erase_after ON complaint_contact (erase_after);

CREATE TABLE complaint_photograph (
    complaint VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    content BYTEA NOT NULL,
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_complaint_photograph PRIMARY KEY (complaint, number)
);
COMMENT ON TABLE complaint_photograph IS 'Photographs sent with entries of a register, WebP without metadata; erased with the texts.';
CREATE INDEX ix_complaint_photograph_erase_after ON complaint_photograph (erase_after);

CREATE TABLE register_reopening (
    hall VARCHAR(64) NOT NULL,
    reopened_at BIGINT NOT NULL,
    CONSTRAINT pk_register_reopening PRIMARY KEY (hall)
);
COMMENT ON TABLE register_reopening IS 'When somebody last reopened a register that a flood had filled: entries count from then on.';

CREATE TABLE hall_check (
    id VARCHAR(64) NOT NULL,
    hall VARCHAR(64) NOT NULL,
    kind VARCHAR(16) NOT NULL,
    done_on VARCHAR(10) NOT NULL,
    function VARCHAR(80) NOT NULL,
    scenario TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    CONSTRAINT pk_hall_check PRIMARY KEY (id)
);
COMMENT ON TABLE hall_check IS '`kind`: a check of the hall or a visit; `function`: who did it, no person.';
CREATE INDEX ix_hall_check_added_at ON hall_check (added_at);
CREATE INDEX ix_hall_check_hall ON hall_check (hall, done_on);

CREATE TABLE finding (
    hall_check VARCHAR(64) NOT NULL,
    place INTEGER NOT NULL,
    criterion VARCHAR(20) NOT NULL,
    words VARCHAR(80) NOT NULL,
    result VARCHAR(10) NOT NULL,
    remark TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    CONSTRAINT pk_finding PRIMARY KEY (hall_check, place)
);
COMMENT ON TABLE finding IS '`criterion`: empty for one of the check’s own, whose `words` say it.';
CREATE INDEX ix_finding_added_at ON finding (added_at);

CREATE TABLE check_photograph (
    hall_check VARCHAR(64) NOT NULL,
    number INTEGER NOT NULL,
    digest VARCHAR(64) NOT NULL,
    content BYTEA NOT NULL,
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_check_photograph PRIMARY KEY (hall_check, number)
);
COMMENT ON TABLE check_photograph IS 'Photographs of checks of a hall, WebP without metadata; erased with the check.';
CREATE INDEX ix_check_photograph_erase_after ON check_photograph (erase_after);

CREATE TABLE committee_member (
    id VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    function VARCHAR(80) NOT NULL,
    mandate_ends_on VARCHAR(10),
    added_at BIGINT NOT NULL,
    CONSTRAINT pk_committee_member PRIMARY KEY (id)
);
COMMENT ON TABLE committee_member IS 'Members of the users'' committee of a site, by function: no name is kept.';
CREATE INDEX ix_committee_member_site ON committee_member (site);

CREATE TABLE committee_meeting (
    id VARCHAR(64) NOT NULL,
    site VARCHAR(64) NOT NULL,
    met_on VARCHAR(10) NOT NULL,
    starts_at VARCHAR(5) NOT NULL,
    agenda TEXT NOT NULL,
    report VARCHAR(64),
    pack_sent_on VARCHAR(10),
    added_at BIGINT NOT NULL,
    CONSTRAINT pk_committee_meeting PRIMARY KEY (id)
);
COMMENT ON TABLE committee_meeting IS 'Meetings of users'' committees; `report`: the approved report that was sent before.';
CREATE INDEX ix_committee_meeting_site ON committee_meeting (site, met_on);

CREATE TABLE committee_minutes (
    meeting VARCHAR(64) NOT NULL,
    kind VARCHAR(3) NOT NULL,
    content BYTEA NOT NULL,
    attached_at BIGINT NOT NULL,
    erase_after BIGINT NOT NULL,
    CONSTRAINT pk_committee_minutes PRIMARY KEY (meeting)
);
COMMENT ON TABLE committee_minutes IS 'The file of a meeting''s minutes, a PDF or an OpenDocument text; erased after five years.';
CREATE INDEX ix_committee_minutes_erase_after ON committee_minutes (erase_after);

CREATE TABLE committee_decision (
    id VARCHAR(64) NOT NULL,
    meeting VARCHAR(64) NOT NULL,
    text TEXT NOT NULL,
    target VARCHAR(64),
    added_at BIGINT NOT NULL,
    CONSTRAINT pk_committee_decision PRIMARY KEY (id)
);
COMMENT ON TABLE committee_decision IS 'Decisions of meetings; `target`: of waiting, where the decision is about one.';
CREATE INDEX ix_committee_decision_meeting ON committee_decision (meeting);
