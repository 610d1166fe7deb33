//! Fees of both sides of a booking (economics §8.2, §8.3).
//!
//! Mechanism: the renter pays two fees on the compute of each line, the supplier one on its
//! cumulative gross pay. Place of use: quotes and `earn` of the booking program, the command line,
//! the audit. Invariant: fees round up, and the supplier's fees over any split of its pay sum to the
//! fee on the whole.

use crate::{
    math::{add, mul_div_ceil, sub, MathResult},
    units::BPS_ONE,
};

/// The renter's fees on one line, base units of the currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenterFees {
    /// Reservation fee.
    pub reservation: u64,
    /// Payment fee; 0 when paid in IO.
    pub payment: u64,
}

/// `ceil(compute·bps, 10000)` for each fee (R11, economics §8.2). `payment_bps` is 0 for IO.
pub fn renter_fees(compute: u64, reservation_bps: u16, payment_bps: u16) -> MathResult<RenterFees> {
    Ok(RenterFees {
        reservation: fee(compute, reservation_bps)?,
        payment: fee(compute, payment_bps)?,
    })
}

/// The supplier's fee on `gross` more pay after `gross_before`, of which `taken_before` was taken:
/// `ceil((gross_before + gross)·bps, 10000) − taken_before` (R11, economics §8.3). `bps` is the sum
/// of the supplier's fees in the booking's currency.
///
/// Never above `gross`: the cumulative fee rises by at most one unit per unit of pay.
pub fn supplier_fee(gross_before: u64, gross: u64, taken_before: u64, bps: u16) -> MathResult<u64> {
    sub(fee(add(gross_before, gross)?, bps)?, taken_before)
}

fn fee(amount: u64, bps: u16) -> MathResult<u64> {
    // ceil: against the payer of the fee
    mul_div_ceil(amount, u64::from(bps), u64::from(BPS_ONE))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::math::MathError;

    #[test]
    fn renter_fees_follow_the_vectors() {
        assert_eq!(
            renter_fees(239_040_000, 25, 200),
            Ok(RenterFees {
                reservation: 597_600,
                payment: 4_780_800
            })
        );
        assert_eq!(239_040_000u64 + 597_600 + 4_780_800, 244_418_400);
        assert_eq!(
            renter_fees(159_679_358_718, 25, 0),
            Ok(RenterFees {
                reservation: 399_198_397,
                payment: 0
            })
        );
        assert_eq!(159_679_358_718u64 + 399_198_397, 160_078_557_115);
        assert_eq!(
            renter_fees(1_666_669, 25, 0).map(|f| f.reservation),
            Ok(4_167)
        );
        assert_eq!(renter_fees(1, 1, 0).map(|f| f.reservation), Ok(1));
        assert_eq!(
            renter_fees(u64::MAX, BPS_ONE, 0).map(|f| f.reservation),
            Ok(u64::MAX)
        );
        assert_eq!(renter_fees(u64::MAX, 10_001, 0), Err(MathError::Overflow));
    }

    #[test]
    fn supplier_fees_follow_the_vectors() {
        for (gross, reservation, payment, net) in [
            (4_980_000, 12_450, 99_600, 4_867_950),
            (119_520_000, 298_800, 2_390_400, 116_830_800),
            (239_040_000, 597_600, 4_780_800, 233_661_600),
        ] {
            let fee = supplier_fee(0, gross, 0, 225).unwrap();
            assert_eq!(fee, reservation + payment);
            assert_eq!(gross - fee, net);
        }
        assert_eq!(supplier_fee(0, 0, 0, 225), Ok(0));
        assert_eq!(supplier_fee(0, 10, 2, 225), Err(MathError::Overflow));
    }

    proptest! {
        #[test]
        fn supplier_fees_of_any_split_sum_to_the_fee_on_the_whole(
            parts in prop::collection::vec(0u64..1_000_000_000_000, 1..20),
            bps in 0u16..=600,
        ) {
            let (mut gross, mut taken) = (0u64, 0u64);
            for part in &parts {
                let fee = supplier_fee(gross, *part, taken, bps).unwrap();
                prop_assert!(fee <= *part);
                gross += part;
                taken += fee;
            }
            prop_assert_eq!(taken, supplier_fee(0, gross, 0, bps).unwrap());
        }
    }
}
