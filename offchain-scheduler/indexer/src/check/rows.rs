//! Rows beside the accounts they describe.

use anchor_lang::{AccountDeserialize, Owner};
use ion_client::{accounts, addresses};
use solana_pubkey::Pubkey;

use super::{
    CheckError, Checker, Compared, Due, Outcome, RowValues, Snapshot, shortened, values::read_all,
};
use crate::project::Field;

/// The rows and the accounts that a check needs.
struct Subject {
    row: RowValues,
    key: Pubkey,
}

impl Checker {
    /// Accounts of a subject with a row.
    pub(super) async fn row_keys(&self, kind: &str, due: &Due) -> Result<Vec<Pubkey>, CheckError> {
        let key = self.subject(kind, due).await?.key;
        let vault = match kind {
            "stake" => Some(addresses::staking::vault(&key)),
            "booking" => Some(addresses::booking::escrow(&key)),
            _ => None,
        };
        Ok(std::iter::once(key).chain(vault).collect())
    }

    pub(super) async fn compare_rows(
        &self,
        kind: &str,
        due: &Due,
        snapshot: &Snapshot,
    ) -> Result<Outcome, CheckError> {
        let subject = self.subject(kind, due).await?;
        // the row must not be newer than the accounts
        if u64::try_from(subject.row.slot).unwrap_or_default() > snapshot.slot {
            return Err(CheckError::NotYet);
        }
        match kind {
            "device" => Ok(shortened(device(&subject, snapshot))),
            "stake" => self.stake(&subject, snapshot).await,
            "case" => Ok(shortened(case(&subject, snapshot))),
            "block" => self.block(&subject, snapshot).await,
            "epoch" => Ok(shortened(epoch(&subject, snapshot))),
            "auction" => Ok(shortened(auction(&subject, snapshot))),
            _ => self.booking(&subject.row, subject.key, snapshot).await,
        }
    }

    async fn subject(&self, kind: &str, due: &Due) -> Result<Subject, CheckError> {
        let number = || Field::Number(due.subject.parse().unwrap_or_default());
        let text = || Field::Text(due.subject.clone());
        let (table, key) = match kind {
            "device" => ("devices", text()),
            "stake" => ("stakes", text()),
            "case" => ("cases", text()),
            "block" => ("blocks", number()),
            "epoch" => ("epochs", number()),
            "auction" => ("auctions", number()),
            _ => ("bookings", text()),
        };
        let row = self.row(table, &[key]).await?.ok_or(CheckError::NotYet)?;
        let address = match kind {
            "block" => row.get("block"),
            "epoch" => row.get("epoch"),
            "auction" => row.get("auction"),
            _ => due.subject.as_str(),
        };
        let key = address.parse().map_err(|_| CheckError::NotYet)?;
        Ok(Subject { row, key })
    }

    async fn stake(&self, subject: &Subject, snapshot: &Snapshot) -> Result<Outcome, CheckError> {
        let mut figures = Vec::new();
        if let Some(account) = found::<staking::state::DeviceStake>(subject, snapshot, &mut figures)
        {
            let row = &subject.row;
            let mut equal = |name: &'static str, recorded: String| {
                figures.push(Compared::new(name, row.get(name), recorded));
            };
            equal("device", account.device.to_string());
            equal("active_io", account.active_io.to_string());
            equal("cooling_io", account.cooling_io.to_string());
            equal("restored_io", account.restored_io.to_string());
            equal("cooldown_ends_at", account.cooldown_ends_at.to_string());
            equal("underfunded_since", account.underfunded_since.to_string());
            let wallet = if account.is_bound() {
                account.wallet.to_string()
            } else {
                Pubkey::default().to_string()
            };
            let known = match row.get("wallet") {
                "" => Pubkey::default().to_string(),
                known => known.to_owned(),
            };
            figures.push(Compared::new("wallet", known, wallet));
            let positions = read_all(
                &self.index,
                "positions",
                &[Field::Text(subject.key.to_string())],
            )
            .await?;
            if positions
                .iter()
                .any(|row| u64::try_from(row.slot).unwrap_or_default() > snapshot.slot)
            {
                return Err(CheckError::NotYet);
            }
            figures.extend(slots(&account, &positions));
        }
        let device = subject.row.get("device").parse().unwrap_or_default();
        let audited = self.audit_stake(device, snapshot).await?;
        let mut result = shortened(figures);
        if audited.outcome != "equal" {
            result.outcome = audited.outcome;
            result.detail = format!("{} {}", result.detail, audited.detail)
                .trim()
                .to_owned();
        }
        result.figures.extend(audited.figures);
        Ok(result)
    }

    async fn block(&self, subject: &Subject, snapshot: &Snapshot) -> Result<Outcome, CheckError> {
        let row = &subject.row;
        let mut figures = Vec::new();
        if row.get("is_closed") == "1" {
            let exists = snapshot
                .accounts
                .get(&subject.key)
                .is_some_and(Option::is_some);
            figures.push(Compared::new("account", false, exists));
        } else if let Some(account) =
            found::<rewards::state::Block>(subject, snapshot, &mut figures)
        {
            let pairs = [
                ("state", u64::from(account.state)),
                ("hour", account.hour),
                ("emission_io", account.emission_io),
                ("safety_io", account.safety_io),
                ("enterprise_io", account.enterprise_io),
                ("community_io", account.community_io),
                ("nominated", account.counts.nominated.into()),
                ("succeeded", account.counts.succeeded.into()),
                ("failed", account.counts.failed.into()),
                ("enterprise_base_sum", account.enterprise.base_sum),
                ("enterprise_allocated_io", account.enterprise.allocated_io),
                ("community_base_sum", account.community.base_sum),
                ("community_allocated_io", account.community.allocated_io),
                ("unallocated_io", account.unallocated_io),
            ];
            figures.extend(numbers(row, &pairs));
            figures.push(Compared::new(
                "emission of the hour, by the table",
                ion_economics::emission::emission_of_hour(account.hour)
                    .map_or_else(|error| format!("{error:?}"), |amount| amount.to_string()),
                account.emission_io,
            ));
        }
        if row.get("state") == "1" {
            figures.extend(self.block_evidence(row).await?);
        }
        Ok(shortened(figures))
    }
}

/// The account, decoded; when it is missing or of another type, a figure that differs.
fn found<T: AccountDeserialize + Owner>(
    subject: &Subject,
    snapshot: &Snapshot,
    figures: &mut Vec<Compared>,
) -> Option<T> {
    let account = snapshot.accounts.get(&subject.key).and_then(Option::as_ref);
    let decoded = account.map(|account| accounts::decode::<T>(&subject.key, account));
    match decoded {
        Some(Ok(account)) => Some(account),
        Some(Err(error)) => {
            figures.push(Compared::new("account", "readable", error));
            None
        }
        None => {
            figures.push(Compared::new("account", "there", "missing"));
            None
        }
    }
}

fn numbers(row: &RowValues, pairs: &[(&str, u64)]) -> Vec<Compared> {
    pairs
        .iter()
        .map(|(name, recorded)| Compared::new(*name, row.get(name), recorded))
        .collect()
}

fn device(subject: &Subject, snapshot: &Snapshot) -> Vec<Compared> {
    let mut figures = Vec::new();
    let Some(account) = found::<registry::state::Device>(subject, snapshot, &mut figures) else {
        return figures;
    };
    let row = &subject.row;
    for (name, recorded) in [
        ("owner", account.owner),
        ("payout_wallet", account.payout_wallet),
        ("device_key", account.device_key),
    ] {
        figures.push(Compared::new(name, row.get(name), recorded));
    }
    let hired_by = match row.get("hired_by") {
        "" => Pubkey::default().to_string(),
        known => known.to_owned(),
    };
    figures.push(Compared::new("hired_by", hired_by, account.hired_by));
    figures.extend(numbers(
        row,
        &[
            ("class", account.class.into()),
            ("qty", account.qty.into()),
            ("status", account.status.into()),
            ("connectivity_tier", account.connectivity_tier.into()),
            ("supplier_tier", account.supplier_tier.into()),
            ("reliability_bps", account.reliability_bps.into()),
            ("readiness_flags", account.readiness_flags.into()),
            ("ask_usd_micros", account.ask_usd_micros),
            ("last_leaf_hour", account.last_leaf_hour),
        ],
    ));
    for (name, recorded) in [
        ("onboarded_at", account.onboarded_at),
        ("open_until", account.open_until),
    ] {
        figures.push(Compared::new(name, row.get(name), recorded));
    }
    figures
}

/// Positions of a stake beside the slots of its account.
fn slots(account: &staking::state::DeviceStake, rows: &[RowValues]) -> Vec<Compared> {
    let empty = ion_economics::stake::PositionState::Empty.code();
    let mut figures = Vec::new();
    let mut recorded = 0u64;
    for slot in account.positions.iter().filter(|slot| slot.state != empty) {
        recorded += 1;
        let seq = slot.seq.to_string();
        let Some(row) = rows.iter().find(|row| row.get("offer_seq") == seq) else {
            figures.push(Compared::new(format!("position {seq}"), "none", "there"));
            continue;
        };
        let mut equal = |name: &str, recorded: String| {
            figures.push(Compared::new(
                format!("position {seq}, {name}"),
                row.get(name),
                recorded,
            ));
        };
        equal("state", slot.state.to_string());
        equal("amount_io", slot.amount_io.to_string());
        equal("co_staker", slot.wallet.to_string());
        equal("share_bps", slot.share_bps.to_string());
        equal("cooldown_starts_at", slot.cooldown_starts_at.to_string());
        equal("cooldown_ends_at", slot.cooldown_ends_at.to_string());
    }
    let live = rows.iter().filter(|row| row.get("state") != "0").count();
    figures.push(Compared::new("positions", live, recorded));
    figures
}

fn case(subject: &Subject, snapshot: &Snapshot) -> Vec<Compared> {
    let mut figures = Vec::new();
    if let Some(account) = found::<staking::state::Case>(subject, snapshot, &mut figures) {
        figures.extend(numbers(
            &subject.row,
            &[
                ("code", account.code.into()),
                ("state", account.state.into()),
                ("part", account.part.into()),
                ("bps", account.bps.into()),
                ("required_io", account.required_io),
                ("charged_io", account.charged_io),
                ("seized_io", account.seized_io),
                ("is_finished", account.is_finished.into()),
            ],
        ));
        figures.push(Compared::new(
            "device",
            subject.row.get("device"),
            account.device,
        ));
    }
    figures
}

fn epoch(subject: &Subject, snapshot: &Snapshot) -> Vec<Compared> {
    let mut figures = Vec::new();
    if let Some(account) = found::<ide::state::Epoch>(subject, snapshot, &mut figures) {
        figures.extend(numbers(
            &subject.row,
            &[
                ("day", account.day),
                ("emission_io", account.emission_io),
                ("revenue_usdc", account.revenue_usdc),
                ("revenue_io", account.revenue_io),
                ("hire_due_usd_micros", account.hire_due_usd_micros),
                ("avail_usd_micros", account.avail_usd_micros),
                ("obligation_usd_micros", account.obligation_usd_micros),
                ("arrears_usd_micros", account.arrears_usd_micros),
                ("surplus_usd_micros", account.surplus_usd_micros),
                ("burned_io", account.burned_io),
                ("earmarked_usdc", account.earmarked_usdc),
                ("retired_io", account.retired_io),
                ("cumulative_io", account.cumulative_io),
                ("cumulative_usdc", account.cumulative_usdc),
            ],
        ));
    }
    figures
}

fn auction(subject: &Subject, snapshot: &Snapshot) -> Vec<Compared> {
    let mut figures = Vec::new();
    if let Some(account) = found::<ide::state::Auction>(subject, snapshot, &mut figures) {
        figures.extend(numbers(
            &subject.row,
            &[
                ("auction_seq", account.seq),
                ("lot_usdc", account.lot_usdc),
                ("bought_io", account.bought_io),
                ("fills", account.fills.into()),
            ],
        ));
    }
    figures
}
