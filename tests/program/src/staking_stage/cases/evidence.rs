//! Reports that a proposal cites.

use super::*;

/// Attests a fault of a device and returns its poll, its payload and its attested hash.
pub fn attest_fault(
    world: &World,
    device: &Pubkey,
    renter: &Pubkey,
    fault_at: i64,
) -> (Pubkey, Citation, [u8; 32]) {
    let booking = Pubkey::new_unique();
    let payload = FaultReport {
        line: 0,
        kind: FaultKind::Outage as u8,
        fault_at,
        renter: renter.to_bytes(),
        served: 0,
        kept: 0,
        device: device.to_bytes(),
        bundle: [8; 32],
    }
    .encode();
    let poll = world.attest(ReportKind::FaultReport, &booking, 1, &payload);
    let hash =
        payload_hash::<Sha256Hasher>(ReportKind::FaultReport, &booking.to_bytes(), 1, &payload);
    let citation = Citation::Fault {
        booking,
        seq: 1,
        payload: payload.to_vec(),
    };
    (poll, citation, hash)
}

impl Stage {
    /// An attested outage that began at `fault_at`, charged with code 2.
    pub fn outage(&self, fault_at: i64) -> Charge {
        self.outage_of(&Pubkey::new_unique(), fault_at)
    }

    /// As [`Self::outage`], with this renter.
    pub fn outage_of(&self, renter: &Pubkey, fault_at: i64) -> Charge {
        let (poll, citation, offence_id) =
            attest_fault(&self.world, &self.device.device, renter, fault_at);
        Charge {
            args: ProposeSlashArgs {
                code: Offence::Outage.code(),
                offence_id,
                part: 0,
                offence_at: fault_at,
                bps: OUTAGE_BPS,
                window_io: 0,
                evidence_hash: [8; 32],
                citation,
                shows: Shows::default(),
            },
            poll: Some(poll),
            earlier: None,
            shown_wallets: Vec::new(),
            positions: None,
        }
    }

    /// A device report of the running hour with a leaf of this reliability, charged with `offence`.
    pub fn leaf_charge(&self, offence: Offence, bps: u16, reliability_bps: u16) -> Charge {
        let leaf = DeviceLeaf {
            reliability_bps,
            ..World::up_leaf(&self.device.device)
        };
        let other = World::up_leaf(&Pubkey::new_unique());
        let leaves = [leaf, other];
        let tree = Tree::new(
            leaves
                .iter()
                .map(DeviceLeaf::hash::<Sha256Hasher>)
                .collect(),
        );
        let payload = LeafReport {
            root: tree.root(),
            leaf_count: tree.count(),
            bundle: [9; 32],
        }
        .encode();
        let hour = self.world.hour();
        let poll = self
            .world
            .attest(ReportKind::DeviceReport, &registry::ID, hour, &payload);
        let offence_id = payload_hash::<Sha256Hasher>(
            ReportKind::DeviceReport,
            &registry::ID.to_bytes(),
            hour,
            &payload,
        );
        let offence_at = i64::try_from(hour).expect("after 1970") * HOUR;
        Charge {
            args: ProposeSlashArgs {
                code: offence.code(),
                offence_id,
                part: 0,
                offence_at,
                bps,
                window_io: 0,
                evidence_hash: [9; 32],
                citation: Citation::Leaf {
                    hour,
                    payload: payload.to_vec(),
                    index: 0,
                    siblings: tree.proof(0).expect("the leaf is in the tree"),
                    status: leaf.status,
                    connectivity_tier: leaf.connectivity_tier,
                    supplier_tier: leaf.supplier_tier,
                    readiness_flags: leaf.readiness_flags,
                    reliability_bps,
                },
                shows: Shows::default(),
            },
            poll: Some(poll),
            earlier: None,
            shown_wallets: Vec::new(),
            positions: None,
        }
    }

    /// Spoofing at `offence_at`, with this byte as evidence.
    pub fn spoofing(&self, offence_at: i64, evidence: u8) -> Charge {
        Charge {
            args: ProposeSlashArgs {
                code: Offence::Spoofing.code(),
                offence_id: [evidence; 32],
                part: 0,
                offence_at,
                bps: 0,
                window_io: 0,
                evidence_hash: [evidence; 32],
                citation: Citation::Evidence,
                shows: Shows::default(),
            },
            poll: None,
            earlier: None,
            shown_wallets: Vec::new(),
            positions: None,
        }
    }

    /// The poll that a charge cites.
    pub fn poll_key(&self, charge: &Charge) -> Pubkey {
        charge.poll.expect("it cites a poll")
    }

    /// Forgets the attestation of the cited poll.
    pub fn unattest(&self, charge: &Charge) {
        let key = self.poll_key(charge);
        let mut account = self.world.raw(&key);
        let offset = 8 + core::mem::offset_of!(Poll, attested_at);
        account.data[offset..offset + 8].fill(0);
        self.world.put(&key, account);
    }
}
