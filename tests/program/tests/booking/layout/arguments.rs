//! Bytes of instruction data, and addresses.

use super::*;

#[test]
fn instruction_data_has_its_golden_bytes() {
    let create = CreateQuoteArgs {
        id: [1; 16],
        group: [2; 16],
        renter: key(3),
        payer: key(4),
        currency: 1,
        source: 0,
        flags: 2,
        minutes: 60,
        lines: 1,
    };
    let golden = Golden::after(instruction::CreateQuote::DISCRIMINATOR)
        .raw(&[1; 16])
        .raw(&[2; 16])
        .raw(&[3; 32])
        .raw(&[4; 32])
        .raw(&[1, 0, 2])
        .u32s(&[60])
        .raw(&[1]);
    assert_eq!(instruction::CreateQuote { args: create }.data(), golden.0);

    let book = instruction::Book {
        args: BookArgs {
            max_total: 5,
            op_seq: 6,
        },
    };
    let golden = Golden::after(instruction::Book::DISCRIMINATOR)
        .u64s(&[5])
        .u32s(&[6]);
    assert_eq!(book.data(), golden.0);
    let pay = instruction::Pay {
        args: PayArgs {
            amount: 7,
            op_seq: 8,
        },
    };
    let golden = Golden::after(instruction::Pay::DISCRIMINATOR)
        .u64s(&[7])
        .u32s(&[8]);
    assert_eq!(pay.data(), golden.0);
    let earn = instruction::Earn {
        args: EarnArgs { line: 9 },
    };
    assert_eq!(
        earn.data(),
        Golden::after(instruction::Earn::DISCRIMINATOR).raw(&[9]).0
    );

    let leaf = ApplyWorkLeafArgs {
        hour: 1,
        root: [2; 32],
        leaf_count: 3,
        bundle: [4; 32],
        record_seq: 5,
        is_final: true,
        served_minutes: [6, 7, 8, 9, 10, 11, 12, 13],
        index: 14,
        siblings: vec![[15; 32]],
    };
    let golden = Golden::after(instruction::ApplyWorkLeaf::DISCRIMINATOR)
        .u64s(&[1])
        .raw(&[2; 32])
        .u64s(&[3])
        .raw(&[4; 32])
        .u32s(&[5])
        .raw(&[1])
        .u32s(&[6, 7, 8, 9, 10, 11, 12, 13])
        .u64s(&[14])
        .u32s(&[1])
        .raw(&[15; 32]);
    assert_eq!(instruction::ApplyWorkLeaf { args: leaf }.data(), golden.0);
}

#[test]
fn addresses_follow_their_documented_seeds() {
    let find = |seeds: &[&[u8]]| Pubkey::find_program_address(seeds, &ID).0;
    let id = [7; 16];
    let booking = find(&[b"booking", &id]);
    assert_eq!(addresses::booking::quote(&id), find(&[b"quote", &id]));
    assert_eq!(addresses::booking::booking(&id), booking);
    assert_eq!(
        addresses::booking::escrow(&booking),
        find(&[b"escrow", booking.as_ref()])
    );
    let third = find(&[b"work", booking.as_ref(), &[3, 0, 0, 0]]);
    assert_eq!(addresses::booking::work_record(&booking, 3), third);
    assert_eq!(addresses::booking::tne_totals(9), find(&[b"tne", &[9]]));
    let day = find(&[b"tne_day", &20_000u64.to_le_bytes()]);
    assert_eq!(addresses::booking::tne_day(20_000), day);
    assert_eq!(addresses::caller(&ID), booking::constants::CALLER);
}
