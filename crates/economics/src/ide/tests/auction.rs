//! Bids and lots.

use crate::ide::auction::*;
use crate::price::Price;

#[test]
fn auction_gives_the_published_vectors() {
    let terms = AuctionTerms {
        start_bps: -200,
        end_bps: 100,
        duration: 3_600,
    };
    let price = Price {
        p12: 150_000_000_000,
        floor12: 149_400_000_000,
        ema12: 150_000_000_000,
    };
    let at = |elapsed| bid12(&terms, &price, elapsed).unwrap();
    assert_eq!(at(-5), 146_412_000_000);
    assert_eq!(at(0), 146_412_000_000);
    assert_eq!(at(900), 147_684_000_000);
    assert_eq!(at(1_800), 148_956_000_000);
    assert_eq!(at(3_600), 151_500_000_000);
    assert_eq!(at(9_999), 151_500_000_000);
    let usdc = |io, elapsed| fill(u64::MAX, io, at(elapsed)).unwrap().usdc;
    assert_eq!(usdc(1_000_000_000_000, 1_800), 1_489_560_000);
    assert_eq!(usdc(1_234_567_890_123, 3_600), 1_870_370_353);
    // the last fill takes no more IO than the rest is worth
    assert_eq!(
        fill(1, u64::MAX, 150_000_000_000),
        Ok(Fill { io: 667, usdc: 1 })
    );
    assert!(fill(1, 1, 0).is_err());
}

#[test]
fn lots_are_capped_and_small_ones_only_the_last() {
    assert_eq!(lot(0, 100, 10), None);
    assert_eq!(lot(5, 100, 10), Some(5));
    assert_eq!(lot(500, 100, 10), Some(100));
    assert_eq!(lot(500, 100, 200), None);
    assert_eq!(lot(150, 100, 200), None);
}
