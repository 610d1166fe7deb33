//! Names of the stored numbers of states and kinds.

/// Numbers of `device`.
pub const DEVICE: &[&str] = &[
    "pending",
    "up",
    "down",
    "restart_required",
    "inactive",
    "unsupported",
    "paused",
    "blocked",
    "terminated",
];

/// Numbers of `pool`.
pub const POOL: &[&str] = &["unsupported", "enterprise", "community"];

/// Numbers of `position`.
pub const POSITION: &[&str] = &["empty", "active", "wait", "cooldown", "zeroed"];

/// Numbers of `case`.
pub const CASE: &[&str] = &[
    "window", "appealed", "upheld", "partial", "restored", "burned",
];

/// Numbers of `block`.
pub const BLOCK: &[&str] = &["processing", "completed", "failed", "final", "exhausted"];

/// Numbers of `mode`.
pub const MODE: &[&str] = &["schedule", "ide"];

/// Numbers of `lot`.
pub const LOT: &[&str] = &["burn", "reserve"];

/// Numbers of `auction`.
pub const AUCTION: &[&str] = &["open", "sold_out", "ended"];

/// Numbers of `currency`.
pub const CURRENCY: &[&str] = &["usdc", "io"];

/// Numbers of `booking`.
pub const BOOKING: &[&str] = &[
    "booked",
    "partially_paid",
    "funded",
    "paid",
    "running",
    "closing",
    "settling",
    "settled",
    "cancelled",
    "expired",
];

/// Numbers of `record`.
pub const RECORD: &[&str] = &["accepted", "challenged", "final"];

/// Numbers of `line`.
pub const LINE: &[&str] = &[
    "reserved", "hired", "failing", "replaced", "failed", "ended",
];
