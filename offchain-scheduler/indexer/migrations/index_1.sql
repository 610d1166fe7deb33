-- Chain and cursor.
CREATE TABLE progress (
    id BIGINT NOT NULL PRIMARY KEY,
    slot BIGINT NOT NULL,
    entries BIGINT NOT NULL
);
-- The log: every transaction that names one of the programs, whole, in the order of the chain.
CREATE TABLE transactions (
    slot BIGINT NOT NULL,
    place BIGINT NOT NULL,
    signature TEXT NOT NULL UNIQUE,
    block_time BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    raw TEXT NOT NULL,
    PRIMARY KEY (slot, place)
);
CREATE TABLE touches (
    address TEXT NOT NULL,
    slot BIGINT NOT NULL,
    place BIGINT NOT NULL,
    PRIMARY KEY (address, slot, place)
);
-- Number of the last event of every account that numbers its events.
CREATE TABLE subjects (
    subject TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    slot BIGINT NOT NULL
);
CREATE TABLE events (
    ordinal BIGINT NOT NULL PRIMARY KEY,
    slot BIGINT NOT NULL,
    signature TEXT NOT NULL,
    program TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX events_by_slot ON events (slot);
CREATE INDEX events_by_program ON events (program, ordinal);
CREATE INDEX events_by_name ON events (name, ordinal);
CREATE INDEX events_by_subject ON events (subject, ordinal);
-- Read models: a pure function of the log.
CREATE TABLE devices (
    device TEXT NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    payout_wallet TEXT NOT NULL DEFAULT '',
    device_key TEXT NOT NULL DEFAULT '',
    class BIGINT NOT NULL DEFAULT 0,
    qty BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,
    connectivity_tier BIGINT NOT NULL DEFAULT 0,
    supplier_tier BIGINT NOT NULL DEFAULT 0,
    readiness_flags BIGINT NOT NULL DEFAULT 0,
    reliability_bps BIGINT NOT NULL DEFAULT 0,
    onboarded_at BIGINT NOT NULL DEFAULT 0,
    ask_usd_micros BIGINT NOT NULL DEFAULT 0,
    open_until BIGINT NOT NULL DEFAULT 0,
    hired_by TEXT NOT NULL DEFAULT '',
    last_leaf_hour BIGINT NOT NULL DEFAULT 0,
    registered_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (device)
);
CREATE UNIQUE INDEX devices_by_ordinal ON devices (ordinal);
CREATE INDEX devices_by_owner ON devices (owner, ordinal);
CREATE INDEX devices_by_class ON devices (class, ordinal);
CREATE INDEX devices_by_status ON devices (status, ordinal);
CREATE INDEX devices_by_hired_by ON devices (hired_by, ordinal);
CREATE TABLE classes (
    class TEXT NOT NULL,
    id BIGINT NOT NULL DEFAULT 0,
    name TEXT NOT NULL DEFAULT '',
    pool BIGINT NOT NULL DEFAULT 0,
    reward_multiplier_fp BIGINT NOT NULL DEFAULT 0,
    reward_multiplier_before_fp BIGINT NOT NULL DEFAULT 0,
    reward_multiplier_at BIGINT NOT NULL DEFAULT 0,
    stake_multiplier_fp BIGINT NOT NULL DEFAULT 0,
    stake_multiplier_at BIGINT NOT NULL DEFAULT 0,
    max_cpu_pct BIGINT NOT NULL DEFAULT 0,
    max_gpu_pct BIGINT NOT NULL DEFAULT 0,
    floor_price_usd_micros BIGINT NOT NULL DEFAULT 0,
    is_rated BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (class)
);
CREATE UNIQUE INDEX classes_by_ordinal ON classes (ordinal);
CREATE TABLE exemptions (
    exemption TEXT NOT NULL,
    id BIGINT NOT NULL DEFAULT 0,
    target TEXT NOT NULL DEFAULT '',
    qty BIGINT NOT NULL DEFAULT 0,
    flags BIGINT NOT NULL DEFAULT 0,
    starts_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    reason_hash TEXT NOT NULL DEFAULT '',
    cancelled_at BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (exemption)
);
CREATE UNIQUE INDEX exemptions_by_ordinal ON exemptions (ordinal);
CREATE INDEX exemptions_by_target ON exemptions (target, ordinal);
CREATE TABLE actions (
    action TEXT NOT NULL,
    id BIGINT NOT NULL DEFAULT 0,
    payload TEXT NOT NULL DEFAULT '',
    payload_hash TEXT NOT NULL DEFAULT '',
    status BIGINT NOT NULL DEFAULT 0,
    eta BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    queued_at BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (action)
);
CREATE UNIQUE INDEX actions_by_ordinal ON actions (ordinal);
CREATE TABLE params (
    consumer BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    value BIGINT NOT NULL DEFAULT 0,
    effective_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (consumer, slot)
);
CREATE UNIQUE INDEX params_by_ordinal ON params (ordinal);
CREATE TABLE polls (
    poll TEXT NOT NULL,
    kind BIGINT NOT NULL DEFAULT 0,
    subject TEXT NOT NULL DEFAULT '',
    report_seq BIGINT NOT NULL DEFAULT 0,
    votes BIGINT NOT NULL DEFAULT 0,
    threshold BIGINT NOT NULL DEFAULT 0,
    attested_at BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (poll)
);
CREATE UNIQUE INDEX polls_by_ordinal ON polls (ordinal);
CREATE INDEX polls_by_subject ON polls (subject, ordinal);
CREATE TABLE stakes (
    stake TEXT NOT NULL,
    device TEXT NOT NULL DEFAULT '',
    vault TEXT NOT NULL DEFAULT '',
    wallet TEXT NOT NULL DEFAULT '',
    active_io BIGINT NOT NULL DEFAULT 0,
    cooling_io BIGINT NOT NULL DEFAULT 0,
    restored_io BIGINT NOT NULL DEFAULT 0,
    eligible_io BIGINT NOT NULL DEFAULT 0,
    cooldown_ends_at BIGINT NOT NULL DEFAULT 0,
    underfunded_since BIGINT NOT NULL DEFAULT 0,
    positions_restored_io BIGINT NOT NULL DEFAULT 0,
    required_io BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (stake)
);
CREATE UNIQUE INDEX stakes_by_ordinal ON stakes (ordinal);
CREATE INDEX stakes_by_device ON stakes (device, ordinal);
CREATE INDEX stakes_by_wallet ON stakes (wallet, ordinal);
CREATE TABLE offers (
    offer TEXT NOT NULL,
    stake TEXT NOT NULL DEFAULT '',
    wallet TEXT NOT NULL DEFAULT '',
    offer_seq BIGINT NOT NULL DEFAULT 0,
    amount_io BIGINT NOT NULL DEFAULT 0,
    share_bps BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    co_staker TEXT NOT NULL DEFAULT '',
    position TEXT NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    close_reason BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (offer)
);
CREATE UNIQUE INDEX offers_by_ordinal ON offers (ordinal);
CREATE INDEX offers_by_stake ON offers (stake, ordinal);
CREATE INDEX offers_by_wallet ON offers (wallet, ordinal);
CREATE INDEX offers_by_state ON offers (state, ordinal);
CREATE TABLE positions (
    stake TEXT NOT NULL,
    offer_seq BIGINT NOT NULL,
    position TEXT NOT NULL DEFAULT '',
    co_staker TEXT NOT NULL DEFAULT '',
    state BIGINT NOT NULL DEFAULT 0,
    amount_io BIGINT NOT NULL DEFAULT 0,
    restored_io BIGINT NOT NULL DEFAULT 0,
    share_bps BIGINT NOT NULL DEFAULT 0,
    cooldown_starts_at BIGINT NOT NULL DEFAULT 0,
    cooldown_ends_at BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    withdrawn_io BIGINT NOT NULL DEFAULT 0,
    closed_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (stake, offer_seq)
);
CREATE UNIQUE INDEX positions_by_ordinal ON positions (ordinal);
CREATE INDEX positions_by_stake ON positions (stake, ordinal);
CREATE INDEX positions_by_co_staker ON positions (co_staker, ordinal);
CREATE INDEX positions_by_state ON positions (state, ordinal);
CREATE INDEX positions_by_position ON positions (position, ordinal);
CREATE TABLE cases (
    slash_case TEXT NOT NULL,
    stake TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    proposer TEXT NOT NULL DEFAULT '',
    arbiter TEXT NOT NULL DEFAULT '',
    code BIGINT NOT NULL DEFAULT 0,
    offence_id TEXT NOT NULL DEFAULT '',
    part BIGINT NOT NULL DEFAULT 0,
    evidence_hash TEXT NOT NULL DEFAULT '',
    offence_at BIGINT NOT NULL DEFAULT 0,
    window_end BIGINT NOT NULL DEFAULT 0,
    ruling_end BIGINT NOT NULL DEFAULT 0,
    bps BIGINT NOT NULL DEFAULT 0,
    window_io BIGINT NOT NULL DEFAULT 0,
    required_io BIGINT NOT NULL DEFAULT 0,
    charged_io BIGINT NOT NULL DEFAULT 0,
    seized_io BIGINT NOT NULL DEFAULT 0,
    uphold_bps BIGINT NOT NULL DEFAULT 0,
    burned_io BIGINT NOT NULL DEFAULT 0,
    renter_due_io BIGINT NOT NULL DEFAULT 0,
    restored_io BIGINT NOT NULL DEFAULT 0,
    state BIGINT NOT NULL DEFAULT 0,
    is_finished BIGINT NOT NULL DEFAULT 0,
    appellant TEXT NOT NULL DEFAULT '',
    opened_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (slash_case)
);
CREATE UNIQUE INDEX cases_by_ordinal ON cases (ordinal);
CREATE INDEX cases_by_device ON cases (device, ordinal);
CREATE INDEX cases_by_stake ON cases (stake, ordinal);
CREATE INDEX cases_by_state ON cases (state, ordinal);
CREATE TABLE slash_days (
    day BIGINT NOT NULL,
    slash_day TEXT NOT NULL DEFAULT '',
    counted_io BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (day)
);
CREATE UNIQUE INDEX slash_days_by_ordinal ON slash_days (ordinal);
CREATE TABLE blocks (
    hour BIGINT NOT NULL,
    block TEXT NOT NULL DEFAULT '',
    state BIGINT NOT NULL DEFAULT 0,
    emission_io BIGINT NOT NULL DEFAULT 0,
    safety_io BIGINT NOT NULL DEFAULT 0,
    enterprise_io BIGINT NOT NULL DEFAULT 0,
    community_io BIGINT NOT NULL DEFAULT 0,
    tier_weight BIGINT NOT NULL DEFAULT 0,
    hardware_weight BIGINT NOT NULL DEFAULT 0,
    hired_weight BIGINT NOT NULL DEFAULT 0,
    nominated BIGINT NOT NULL DEFAULT 0,
    succeeded BIGINT NOT NULL DEFAULT 0,
    failed BIGINT NOT NULL DEFAULT 0,
    verified_cpus BIGINT NOT NULL DEFAULT 0,
    verified_gpus BIGINT NOT NULL DEFAULT 0,
    enterprise_base_sum BIGINT NOT NULL DEFAULT 0,
    enterprise_devices BIGINT NOT NULL DEFAULT 0,
    enterprise_allocated_io BIGINT NOT NULL DEFAULT 0,
    community_base_sum BIGINT NOT NULL DEFAULT 0,
    community_devices BIGINT NOT NULL DEFAULT 0,
    community_allocated_io BIGINT NOT NULL DEFAULT 0,
    unallocated_io BIGINT NOT NULL DEFAULT 0,
    device_list TEXT NOT NULL DEFAULT '',
    bundle TEXT NOT NULL DEFAULT '',
    report TEXT NOT NULL DEFAULT '',
    released_at BIGINT NOT NULL DEFAULT 0,
    settled_at BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (hour)
);
CREATE UNIQUE INDEX blocks_by_ordinal ON blocks (ordinal);
CREATE INDEX blocks_by_state ON blocks (state, ordinal);
CREATE TABLE roots (
    tree TEXT NOT NULL,
    root_seq BIGINT NOT NULL,
    through BIGINT NOT NULL DEFAULT 0,
    root TEXT NOT NULL DEFAULT '',
    leaf_count BIGINT NOT NULL DEFAULT 0,
    lifetime_io BIGINT NOT NULL DEFAULT 0,
    lifetime_usdc BIGINT NOT NULL DEFAULT 0,
    bundle TEXT NOT NULL DEFAULT '',
    mature_at BIGINT NOT NULL DEFAULT 0,
    is_vetoed BIGINT NOT NULL DEFAULT 0,
    accepted_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (tree, root_seq)
);
CREATE UNIQUE INDEX roots_by_ordinal ON roots (ordinal);
CREATE INDEX roots_by_tree ON roots (tree, ordinal);
CREATE TABLE claims (
    record TEXT NOT NULL,
    tree TEXT NOT NULL DEFAULT '',
    device TEXT NOT NULL DEFAULT '',
    party TEXT NOT NULL DEFAULT '',
    claimed_io BIGINT NOT NULL DEFAULT 0,
    claimed_usdc BIGINT NOT NULL DEFAULT 0,
    forfeited_io BIGINT NOT NULL DEFAULT 0,
    burned_io BIGINT NOT NULL DEFAULT 0,
    lifetime_io BIGINT NOT NULL DEFAULT 0,
    newest_seq BIGINT NOT NULL DEFAULT 0,
    matured_seq BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (record)
);
CREATE UNIQUE INDEX claims_by_ordinal ON claims (ordinal);
CREATE INDEX claims_by_device ON claims (device, ordinal);
CREATE INDEX claims_by_party ON claims (party, ordinal);
CREATE TABLE epochs (
    day BIGINT NOT NULL,
    epoch TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT '',
    mode BIGINT NOT NULL DEFAULT 0,
    max_obligation_usd_micros BIGINT NOT NULL DEFAULT 0,
    emission_io BIGINT NOT NULL DEFAULT 0,
    revenue_usdc BIGINT NOT NULL DEFAULT 0,
    revenue_io BIGINT NOT NULL DEFAULT 0,
    hire_due_usd_micros BIGINT NOT NULL DEFAULT 0,
    avail_usd_micros BIGINT NOT NULL DEFAULT 0,
    row_sum_usd_micros BIGINT NOT NULL DEFAULT 0,
    obligation_usd_micros BIGINT NOT NULL DEFAULT 0,
    revenue_usd_micros BIGINT NOT NULL DEFAULT 0,
    price_p12 BIGINT NOT NULL DEFAULT 0,
    floor_p12 BIGINT NOT NULL DEFAULT 0,
    paid_usd_micros BIGINT NOT NULL DEFAULT 0,
    paid_io BIGINT NOT NULL DEFAULT 0,
    paid_usdc BIGINT NOT NULL DEFAULT 0,
    arrears_paid_usd_micros BIGINT NOT NULL DEFAULT 0,
    short_usd_micros BIGINT NOT NULL DEFAULT 0,
    arrears_usd_micros BIGINT NOT NULL DEFAULT 0,
    surplus_usd_micros BIGINT NOT NULL DEFAULT 0,
    burn_usd_micros BIGINT NOT NULL DEFAULT 0,
    burn_due_usd_micros BIGINT NOT NULL DEFAULT 0,
    burned_io BIGINT NOT NULL DEFAULT 0,
    earmarked_usdc BIGINT NOT NULL DEFAULT 0,
    retired_io BIGINT NOT NULL DEFAULT 0,
    y1_io BIGINT NOT NULL DEFAULT 0,
    yu_usdc BIGINT NOT NULL DEFAULT 0,
    yi_io BIGINT NOT NULL DEFAULT 0,
    cumulative_io BIGINT NOT NULL DEFAULT 0,
    cumulative_usdc BIGINT NOT NULL DEFAULT 0,
    psi_bps BIGINT NOT NULL DEFAULT 0,
    ema_fp BIGINT NOT NULL DEFAULT 0,
    reserve_usd_micros BIGINT NOT NULL DEFAULT 0,
    health BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    reported_at BIGINT NOT NULL DEFAULT 0,
    sealed_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (day)
);
CREATE UNIQUE INDEX epochs_by_ordinal ON epochs (ordinal);
CREATE INDEX epochs_by_state ON epochs (state, ordinal);
CREATE TABLE auctions (
    auction_seq BIGINT NOT NULL,
    auction TEXT NOT NULL DEFAULT '',
    kind BIGINT NOT NULL DEFAULT 0,
    state BIGINT NOT NULL DEFAULT 0,
    lot_usdc BIGINT NOT NULL DEFAULT 0,
    remaining_usdc BIGINT NOT NULL DEFAULT 0,
    bought_io BIGINT NOT NULL DEFAULT 0,
    unsold_usdc BIGINT NOT NULL DEFAULT 0,
    start_bps BIGINT NOT NULL DEFAULT 0,
    end_bps BIGINT NOT NULL DEFAULT 0,
    fills BIGINT NOT NULL DEFAULT 0,
    opened_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    ended_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (auction_seq)
);
CREATE UNIQUE INDEX auctions_by_ordinal ON auctions (ordinal);
CREATE INDEX auctions_by_state ON auctions (state, ordinal);
CREATE TABLE fills (
    fill BIGINT NOT NULL,
    auction_seq BIGINT NOT NULL DEFAULT 0,
    seller TEXT NOT NULL DEFAULT '',
    io BIGINT NOT NULL DEFAULT 0,
    usdc BIGINT NOT NULL DEFAULT 0,
    bid_p12 BIGINT NOT NULL DEFAULT 0,
    price_p12 BIGINT NOT NULL DEFAULT 0,
    is_burned BIGINT NOT NULL DEFAULT 0,
    at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (fill)
);
CREATE UNIQUE INDEX fills_by_ordinal ON fills (ordinal);
CREATE INDEX fills_by_auction_seq ON fills (auction_seq, ordinal);
CREATE INDEX fills_by_seller ON fills (seller, ordinal);
CREATE TABLE quotes (
    quote TEXT NOT NULL,
    scheduler TEXT NOT NULL DEFAULT '',
    renter TEXT NOT NULL DEFAULT '',
    payer TEXT NOT NULL DEFAULT '',
    booking TEXT NOT NULL DEFAULT '',
    kind BIGINT NOT NULL DEFAULT 0,
    currency BIGINT NOT NULL DEFAULT 0,
    stamp BIGINT NOT NULL DEFAULT 0,
    minutes BIGINT NOT NULL DEFAULT 0,
    price_p12 BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT '',
    expires_at BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (quote)
);
CREATE UNIQUE INDEX quotes_by_ordinal ON quotes (ordinal);
CREATE INDEX quotes_by_renter ON quotes (renter, ordinal);
CREATE INDEX quotes_by_state ON quotes (state, ordinal);
CREATE TABLE bookings (
    booking TEXT NOT NULL,
    quote TEXT NOT NULL DEFAULT '',
    renter TEXT NOT NULL DEFAULT '',
    payer TEXT NOT NULL DEFAULT '',
    currency BIGINT NOT NULL DEFAULT 0,
    stamp BIGINT NOT NULL DEFAULT 0,
    source BIGINT NOT NULL DEFAULT 0,
    flags BIGINT NOT NULL DEFAULT 0,
    group_id TEXT NOT NULL DEFAULT '',
    minutes BIGINT NOT NULL DEFAULT 0,
    total BIGINT NOT NULL DEFAULT 0,
    paid BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,
    deadline BIGINT NOT NULL DEFAULT 0,
    op_seq BIGINT NOT NULL DEFAULT 0,
    booked_at BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL DEFAULT 0,
    ends_at BIGINT NOT NULL DEFAULT 0,
    refund_due BIGINT NOT NULL DEFAULT 0,
    refunds_pulled BIGINT NOT NULL DEFAULT 0,
    fees_kept BIGINT NOT NULL DEFAULT 0,
    deposited BIGINT NOT NULL DEFAULT 0,
    processor_minutes BIGINT NOT NULL DEFAULT 0,
    billed BIGINT NOT NULL DEFAULT 0,
    cut BIGINT NOT NULL DEFAULT 0,
    earned BIGINT NOT NULL DEFAULT 0,
    supplier_fees BIGINT NOT NULL DEFAULT 0,
    pay_due_pulled BIGINT NOT NULL DEFAULT 0,
    tne_estimated_io BIGINT NOT NULL DEFAULT 0,
    tne_settled_io BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (booking)
);
CREATE UNIQUE INDEX bookings_by_ordinal ON bookings (ordinal);
CREATE INDEX bookings_by_renter ON bookings (renter, ordinal);
CREATE INDEX bookings_by_payer ON bookings (payer, ordinal);
CREATE INDEX bookings_by_status ON bookings (status, ordinal);
CREATE TABLE lines (
    booking TEXT NOT NULL,
    line BIGINT NOT NULL,
    device TEXT NOT NULL DEFAULT '',
    class BIGINT NOT NULL DEFAULT 0,
    qty BIGINT NOT NULL DEFAULT 0,
    compute BIGINT NOT NULL DEFAULT 0,
    minutes BIGINT NOT NULL DEFAULT 0,
    billed BIGINT NOT NULL DEFAULT 0,
    cut BIGINT NOT NULL DEFAULT 0,
    earned BIGINT NOT NULL DEFAULT 0,
    supplier_fees BIGINT NOT NULL DEFAULT 0,
    fault BIGINT NOT NULL DEFAULT 0,
    kept_minutes BIGINT NOT NULL DEFAULT 0,
    refunded BIGINT NOT NULL DEFAULT 0,
    vault_part BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (booking, line)
);
CREATE UNIQUE INDEX lines_by_ordinal ON lines (ordinal);
CREATE INDEX lines_by_booking ON lines (booking, ordinal);
CREATE INDEX lines_by_device ON lines (device, ordinal);
CREATE TABLE records (
    record TEXT NOT NULL,
    booking TEXT NOT NULL DEFAULT '',
    record_seq BIGINT NOT NULL DEFAULT 0,
    is_final BIGINT NOT NULL DEFAULT 0,
    report_hour BIGINT NOT NULL DEFAULT 0,
    processor_minutes BIGINT NOT NULL DEFAULT 0,
    billed BIGINT NOT NULL DEFAULT 0,
    cut BIGINT NOT NULL DEFAULT 0,
    io_amount BIGINT NOT NULL DEFAULT 0,
    price_p12 BIGINT NOT NULL DEFAULT 0,
    is_priced BIGINT NOT NULL DEFAULT 0,
    settled_io BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,
    challenge_until BIGINT NOT NULL DEFAULT 0,
    recorded_at BIGINT NOT NULL DEFAULT 0,
    is_closed BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (record)
);
CREATE UNIQUE INDEX records_by_ordinal ON records (ordinal);
CREATE INDEX records_by_booking ON records (booking, ordinal);
CREATE TABLE days (
    day BIGINT NOT NULL,
    transactions BIGINT NOT NULL DEFAULT 0,
    bookings BIGINT NOT NULL DEFAULT 0,
    paid_usdc BIGINT NOT NULL DEFAULT 0,
    paid_io BIGINT NOT NULL DEFAULT 0,
    refunded_usdc BIGINT NOT NULL DEFAULT 0,
    refunded_io BIGINT NOT NULL DEFAULT 0,
    processor_minutes BIGINT NOT NULL DEFAULT 0,
    estimated_io BIGINT NOT NULL DEFAULT 0,
    settled_io BIGINT NOT NULL DEFAULT 0,
    adjusted_estimated_io BIGINT NOT NULL DEFAULT 0,
    adjusted_settled_io BIGINT NOT NULL DEFAULT 0,
    earn_count BIGINT NOT NULL DEFAULT 0,
    blocks BIGINT NOT NULL DEFAULT 0,
    device_rows BIGINT NOT NULL DEFAULT 0,
    released_io BIGINT NOT NULL DEFAULT 0,
    safety_io BIGINT NOT NULL DEFAULT 0,
    allocated_io BIGINT NOT NULL DEFAULT 0,
    claimed_io BIGINT NOT NULL DEFAULT 0,
    claimed_usdc BIGINT NOT NULL DEFAULT 0,
    burned_io BIGINT NOT NULL DEFAULT 0,
    repurchased_usdc BIGINT NOT NULL DEFAULT 0,
    repurchased_io BIGINT NOT NULL DEFAULT 0,
    retired_io BIGINT NOT NULL DEFAULT 0,
    slashed_io BIGINT NOT NULL DEFAULT 0,
    restored_io BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (day)
);
CREATE UNIQUE INDEX days_by_ordinal ON days (ordinal);
CREATE TABLE day_folds (
    day BIGINT NOT NULL,
    tne_day TEXT NOT NULL DEFAULT '',
    shards BIGINT NOT NULL DEFAULT 0,
    estimated_io BIGINT NOT NULL DEFAULT 0,
    settled_io BIGINT NOT NULL DEFAULT 0,
    folded_at BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (day)
);
CREATE UNIQUE INDEX day_folds_by_ordinal ON day_folds (ordinal);
CREATE TABLE day_transactions (
    day BIGINT NOT NULL,
    program TEXT NOT NULL,
    instruction TEXT NOT NULL,
    count BIGINT NOT NULL DEFAULT 0,
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (day, program, instruction)
);
CREATE UNIQUE INDEX day_transactions_by_ordinal ON day_transactions (ordinal);
CREATE INDEX day_transactions_by_day ON day_transactions (day, ordinal);
CREATE INDEX day_transactions_by_program ON day_transactions (program, ordinal);
CREATE TABLE checks (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    due BIGINT NOT NULL DEFAULT 0,
    done BIGINT NOT NULL DEFAULT 0,
    is_due BIGINT NOT NULL DEFAULT 0,
    is_equal BIGINT NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL DEFAULT '',
    figures TEXT NOT NULL DEFAULT '',
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE UNIQUE INDEX checks_by_ordinal ON checks (ordinal);
CREATE INDEX checks_by_is_due ON checks (is_due, ordinal);
CREATE INDEX checks_by_is_equal ON checks (is_equal, ordinal);
CREATE INDEX checks_by_kind ON checks (kind, ordinal);
CREATE TABLE alarms (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    is_open BIGINT NOT NULL DEFAULT 0,
    detail TEXT NOT NULL DEFAULT '',
    ordinal BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    changed_slot BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE UNIQUE INDEX alarms_by_ordinal ON alarms (ordinal);
CREATE INDEX alarms_by_is_open ON alarms (is_open, ordinal);
CREATE INDEX alarms_by_kind ON alarms (kind, ordinal);
CREATE INDEX classes_by_id ON classes (id);
