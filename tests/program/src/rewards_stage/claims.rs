//! Roots of rewards and the claims of parties.

use super::*;

impl Network {
    /// The record of a leaf.
    pub fn record(&self, of: &ClaimOf) -> ClaimRecord {
        self.world
            .get(&addresses::rewards::claim_record(&of.device, &of.party))
    }

    /// Has the verifiers attest a root; returns its poll.
    pub fn attest_root(&self, seq: u64, root: &RewardRoot) -> Pubkey {
        self.world.attest(
            ReportKind::RewardRoot,
            &addresses::rewards::roots(),
            seq,
            &root.encode(),
        )
    }

    /// Attests and accepts a root.
    ///
    /// Errors: as [`World::send`].
    pub fn accept(&self, seq: u64, root: &RewardRoot) -> Result<TransactionRecord, SendError> {
        self.attest_root(seq, root);
        self.send(ix::accept_root(&self.crank().pubkey(), seq, root))
    }

    /// Registers a device and opens the record of its owner.
    pub fn supplier(&self) -> (Keypair, ClaimOf) {
        let device = self.world.register(crate::flows::H100, 1, 1_000_000, 0);
        let of = ClaimOf {
            device: device.key,
            party: device.owner.pubkey(),
        };
        self.open(&of);
        (device.owner, of)
    }

    /// Opens a record.
    pub fn open(&self, of: &ClaimOf) {
        self.send(ix::open_claim(&self.crank().pubkey(), of))
            .expect("opens");
    }

    /// Proves a leaf.
    ///
    /// Errors: as [`World::send`].
    pub fn prove(
        &self,
        seq: u64,
        earnings: &Earnings,
        of: &ClaimOf,
    ) -> Result<TransactionRecord, SendError> {
        let (index, leaf, proof) = earnings.of(of);
        self.send(ix::prove_leaf(
            &self.crank().pubkey(),
            seq,
            index,
            &leaf,
            proof,
        ))
    }

    /// Token account that a stranger's claim goes to.
    pub fn destination(&self, of: &ClaimOf) -> Pubkey {
        let device: Device = self.world.get(&of.device);
        let wallet = if of.party == device.owner {
            device.payout_wallet
        } else {
            of.party
        };
        get_associated_token_address(&wallet, &self.mint())
    }

    /// The instruction by which a stranger claims for a party.
    pub fn claim_instruction(&self, of: &ClaimOf) -> Instruction {
        ix::claim(&self.crank().pubkey(), of, &self.destination(of))
    }

    /// Claims for a party.
    ///
    /// Errors: as [`World::send`].
    pub fn claim(&self, of: &ClaimOf) -> Result<TransactionRecord, SendError> {
        self.send(self.claim_instruction(of))
    }

    /// One supplier, one released and completed hour that allocates everything to it, and the accepted
    /// root 1; returns its tree and what it earned.
    pub fn earned(&self) -> Earned {
        let (owner, of) = self.supplier();
        let (hour, allocated) = self.paid_block(1, 1);
        let earnings = Earnings::new(&[(of, allocated)]);
        self.accept(1, &earnings.root(hour)).expect("accepted");
        Earned {
            owner,
            of,
            hour,
            allocated,
            earnings,
        }
    }
}

/// What [`Network::earned`] made.
pub struct Earned {
    /// Owner of the device.
    pub owner: Keypair,
    /// Its leaf.
    pub of: ClaimOf,
    /// The completed hour.
    pub hour: u64,
    /// All that the hour allocated, IO base units.
    pub allocated: u64,
    /// The tree of root 1.
    pub earnings: Earnings,
}
