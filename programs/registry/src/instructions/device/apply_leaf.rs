//! Applies a leaf of an attested device report (economics §2.5, §11, §13.1).

use anchor_lang::prelude::*;
use ion_economics::{
    device::{DeviceInput, ReportedStatus, MAX_CONNECTIVITY_TIER, READY_CLUSTER_TEST},
    params::registry::REPORT_TTL,
    poll::check_usable,
    units::UnixSeconds,
};
use ion_merkle::{
    leaf::DeviceLeaf,
    report::{LeafReport, ReportKind},
};

use crate::{
    constants::*,
    error::RegistryError,
    events::{DeviceLeafApplied, I64Change, U16Change, U32Change, U64Change, U8Change},
    hash::ChainHasher,
    state::{Device, Params, Poll},
};

/// Arguments of `apply_device_leaf`.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug)]
pub struct ApplyDeviceLeafArgs {
    /// Hour index of the report.
    pub hour: u64,
    /// Root of the report's tree.
    pub root: [u8; 32],
    /// Leaves of the tree.
    pub leaf_count: u64,
    /// Hash of the report's evidence bundle.
    pub bundle: [u8; 32],
    /// Place of the leaf in the tree, from 0.
    pub index: u64,
    /// Siblings from the leaf upwards; levels at which the node has none are left out. At most 32.
    pub siblings: Vec<[u8; 32]>,
    /// Status in the leaf: 1 up, 2 down, 3 restart required, 4 inactive, 5 unsupported.
    pub status: u8,
    /// Connectivity tier in the leaf, 0 to 4.
    pub connectivity_tier: u8,
    /// Supplier tier in the leaf.
    pub supplier_tier: u8,
    /// Readiness flags in the leaf.
    pub readiness_flags: u32,
    /// Reliability score in the leaf, bps.
    pub reliability_bps: u16,
}

/// Caller: anyone; the report fixes everything.
#[event_cpi]
#[derive(Accounts)]
#[instruction(args: ApplyDeviceLeafArgs)]
pub struct ApplyDeviceLeaf<'info> {
    pub cranker: Signer<'info>,

    #[account(seeds = [PARAMS_SEED, crate::ID.as_ref()], bump = params.bump)]
    pub params: Box<Account<'info, Params>>,

    /// The identity is compared in the handler by `check_payload`; only `open_poll` makes accounts
    /// of this type, each at the address of its identity.
    pub poll: AccountLoader<'info, Poll>,

    #[account(mut, seeds = [DEVICE_SEED, device.id.as_ref()], bump = device.bump)]
    pub device: Box<Account<'info, Device>>,
}

impl ApplyDeviceLeaf<'_> {
    fn validate(&self, args: &ApplyDeviceLeafArgs, now: i64) -> Result<()> {
        // args
        require!(
            args.siblings.len() <= MAX_PROOF_LEN,
            RegistryError::InvalidProof
        );
        let current_hour = u64::try_from(UnixSeconds::new(now).hour_index())
            .map_err(|_| RegistryError::ArithmeticOverflow)?;
        require!(args.hour <= current_hour, RegistryError::HourInFuture);
        // poll
        let payload = LeafReport {
            root: args.root,
            leaf_count: args.leaf_count,
            bundle: args.bundle,
        }
        .encode();
        let attested_at = self.poll.load()?.check_payload(
            ReportKind::DeviceReport,
            &crate::ID,
            args.hour,
            &payload,
        )?;
        check_usable(
            Some(UnixSeconds::new(attested_at)),
            self.params.value(&REPORT_TTL, now),
            UnixSeconds::new(now),
        )
        .map_err(RegistryError::from)?;
        let leaf = DeviceLeaf {
            registry: crate::ID.to_bytes(),
            device: self.device.key().to_bytes(),
            status: args.status,
            connectivity_tier: args.connectivity_tier,
            supplier_tier: args.supplier_tier,
            readiness_flags: args.readiness_flags,
            reliability_bps: args.reliability_bps,
        }
        .hash::<ChainHasher>();
        require!(
            ion_merkle::verify::<ChainHasher>(
                &args.root,
                &leaf,
                args.index,
                args.leaf_count,
                &args.siblings,
            ),
            RegistryError::InvalidProof
        );
        // device
        require!(
            args.hour > self.device.last_leaf_hour,
            RegistryError::LeafNotNewer
        );
        require!(
            args.connectivity_tier <= MAX_CONNECTIVITY_TIER
                && args.reliability_bps <= MAX_RELIABILITY_BPS,
            RegistryError::LeafOutOfRange
        );
        Ok(())
    }
}

/// Sets tiers, readiness and reliability of a device, and its status where the state allows a report
/// to. Hours only move forward, so a leaf is applied once and an older one never after a newer one.
///
/// Errors: `HourInFuture`, `WrongPollIdentity`, `ReportNotAttested`, `PayloadMismatch`,
/// `ReportExpired`, `InvalidProof`, `LeafNotNewer`, `LeafOutOfRange`.
pub fn handle_apply_device_leaf(
    ctx: Context<ApplyDeviceLeaf>,
    args: ApplyDeviceLeafArgs,
) -> Result<()> {
    let now = Clock::get()?.unix_timestamp;
    ctx.accounts.validate(&args, now)?;
    let reported =
        ReportedStatus::from_code(args.status).map_err(|_| RegistryError::LeafOutOfRange)?;

    let device = &mut ctx.accounts.device;
    let last_leaf_hour = U64Change {
        old: core::mem::replace(&mut device.last_leaf_hour, args.hour),
        new: args.hour,
    };
    let connectivity_tier = U8Change {
        old: core::mem::replace(&mut device.connectivity_tier, args.connectivity_tier),
        new: args.connectivity_tier,
    };
    let supplier_tier = U8Change {
        old: core::mem::replace(&mut device.supplier_tier, args.supplier_tier),
        new: args.supplier_tier,
    };
    let readiness_flags = U32Change {
        old: core::mem::replace(&mut device.readiness_flags, args.readiness_flags),
        new: args.readiness_flags,
    };
    let reliability_bps = U16Change {
        old: core::mem::replace(&mut device.reliability_bps, args.reliability_bps),
        new: args.reliability_bps,
    };
    let (old_status, old_onboarded_at) = (device.status, device.onboarded_at);
    device.apply(
        DeviceInput::Leaf {
            reported,
            cluster_test_passed: args.readiness_flags & READY_CLUSTER_TEST != 0,
        },
        now,
    )?;
    device.invariant()?;
    let seq = device.next_event()?;

    let device = &ctx.accounts.device;
    emit_cpi!(DeviceLeafApplied {
        device: device.key(),
        actor: ctx.accounts.cranker.key(),
        poll: ctx.accounts.poll.key(),
        last_leaf_hour,
        status: U8Change {
            old: old_status,
            new: device.status,
        },
        connectivity_tier,
        supplier_tier,
        readiness_flags,
        reliability_bps,
        onboarded_at: I64Change {
            old: old_onboarded_at,
            new: device.onboarded_at,
        },
        seq,
        at: now,
    });
    Ok(())
}
