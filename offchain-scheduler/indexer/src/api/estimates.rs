//! Open offers with what a co-staker may expect of them (economics §4.1).

use axum::response::Response;
use ion_economics::reward::score::Weights;
use ion_report::{ESTIMATE_BLOCKS, EstimatedDevice, PastBlock, estimate_per_block};
use ion_store::Engine;
use serde_json::{Value, json};

use super::{Api, ApiError, ListQuery, list::json as answer, readers::Cells};
use crate::project::Field;

/// How the estimate is computed.
const FORMULA: &str = "floor(average over completed blocks of pool x score / max(sum of scores, score) \
    x share / 100 %), idle, with the present class, size and tier";

/// Columns of a row.
pub(super) const COLUMNS: [&str; 9] = [
    "offer",
    "stake",
    "device",
    "wallet",
    "amount_io",
    "share_bps",
    "expires_at",
    "class",
    "estimate_io_per_block",
];

/// `GET /v1/estimates`: open offers, the newest first.
pub(super) async fn estimates(api: &Api, text: Option<String>) -> Result<Response, ApiError> {
    let query = ListQuery::read(text.as_deref(), &[], |_| None)?;
    if query.is_csv {
        return Err(ApiError::BadRequest("format: json".to_owned()));
    }
    let (object, array) = match api.engine() {
        Engine::Sqlite => ("json_object", "json_group_array"),
        Engine::Postgres => ("json_build_object", "json_agg"),
    };
    // one statement, so offers and blocks are of one slot
    let sql = format!(
        "SELECT (SELECT slot FROM progress WHERE id = 1), \
         (SELECT CAST({array}({object}('enterprise_io', enterprise_io, 'community_io', community_io, \
         'tier', tier_weight, 'hardware', hardware_weight, 'hired', hired_weight, \
         'enterprise_base_sum', enterprise_base_sum, 'community_base_sum', community_base_sum)) AS TEXT) \
         FROM blocks WHERE state = 1 AND hour > (SELECT MAX(hour) FROM blocks) - {ESTIMATE_BLOCKS}), \
         (SELECT block_time FROM transactions ORDER BY slot DESC, place DESC LIMIT 1), \
         (SELECT CAST({array}({object}('ordinal', page.ordinal, 'offer', page.offer, 'stake', page.stake, \
         'device', d.device, 'wallet', page.wallet, 'amount_io', CAST(page.amount_io AS TEXT), \
         'share_bps', page.share_bps, 'expires_at', NULLIF(page.expires_at, 0), 'class', d.class, \
         'qty', d.qty, 'tier', d.connectivity_tier, 'pool', c.pool, 'multiplier', c.reward_multiplier_fp, \
         'multiplier_at', c.reward_multiplier_at, 'multiplier_before', c.reward_multiplier_before_fp)) AS TEXT) \
         FROM (SELECT * FROM offers WHERE state = 'open' AND ordinal < $1 ORDER BY ordinal DESC LIMIT $2) AS page \
         JOIN stakes s ON s.stake = page.stake JOIN devices d ON d.device = s.device \
         JOIN classes c ON c.id = d.class)"
    );
    let bounds = vec![Field::Number(query.before), Field::Number(query.limit)];
    let read = |row: &dyn Cells| {
        Ok((
            row.number(0)?,
            listed(row.text_or_null(1)?),
            row.number_or_null(2)?.unwrap_or_default(),
            listed(row.text_or_null(3)?),
        ))
    };
    let (slot, blocks, now, mut offers): (i64, _, i64, _) =
        api.readers.one(sql, bounds, read).await?;
    let blocks: Vec<PastBlock> = blocks.iter().map(block).collect();
    offers.sort_by_key(|offer| std::cmp::Reverse(offer["ordinal"].as_i64()));
    let is_full = i64::try_from(offers.len()).is_ok_and(|count| count >= query.limit);
    let next = offers
        .last()
        .filter(|_| is_full)
        .map_or(Value::Null, |last| last["ordinal"].clone());
    let rows: Vec<Value> = offers
        .iter()
        .map(|offer| estimated(offer, &blocks, now))
        .collect();
    Ok(answer(
        json!({
            "slot": slot,
            "next": next,
            "rows": rows,
            "completed_blocks": blocks.len(),
            "formula": FORMULA,
        })
        .to_string(),
    ))
}

/// A list that the database made; nothing for no rows.
fn listed(text: Option<String>) -> Vec<Value> {
    text.and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn block(value: &Value) -> PastBlock {
    let weight = |name: &str| u32::try_from(number(&value[name])).unwrap_or_default();
    PastBlock {
        enterprise_io: number(&value["enterprise_io"]),
        community_io: number(&value["community_io"]),
        weights: Weights {
            tier: weight("tier"),
            hardware: weight("hardware"),
            hired: weight("hired"),
        },
        enterprise_base_sum: number(&value["enterprise_base_sum"]),
        community_base_sum: number(&value["community_base_sum"]),
    }
}

fn estimated(offer: &Value, blocks: &[PastBlock], now: i64) -> Value {
    let small = |name: &str| u8::try_from(number(&offer[name])).unwrap_or_default();
    let is_announced = offer["multiplier_at"].as_i64().unwrap_or_default() > now;
    let multiplier = match is_announced {
        true => &offer["multiplier_before"],
        false => &offer["multiplier"],
    };
    let device = EstimatedDevice {
        pool: small("pool"),
        mult_fp: u32::try_from(number(multiplier)).unwrap_or_default(),
        qty: small("qty"),
        tier: small("tier"),
    };
    let share = u16::try_from(number(&offer["share_bps"])).unwrap_or_default();
    let per_block = estimate_per_block(blocks, &device, share).map(|amount| amount.to_string());
    json!({
        "offer": offer["offer"],
        "stake": offer["stake"],
        "device": offer["device"],
        "wallet": offer["wallet"],
        "amount_io": offer["amount_io"],
        "share_bps": offer["share_bps"],
        "expires_at": offer["expires_at"],
        "class": offer["class"],
        "estimate_io_per_block": per_block,
    })
}
