//! Steps of governance, guardian and of everybody who executes what they decided.

use ion_client::{addresses::registry as addr, instructions::registry as ix};
use ion_economics::params::{Param, Program as Consumer};
use ion_migrations::wallets::Wallets;
use rand::{Rng, seq::SliceRandom};
use registry::state::{ActionKind, Config, Params, PauseBit, RoleKind, VerifierKeys};
use solana_keypair::Keypair;
use solana_signer::Signer;

use crate::town::{Role, Town};

const PAUSES: [PauseBit; 6] = [
    PauseBit::Register,
    PauseBit::StakeIn,
    PauseBit::Offers,
    PauseBit::Booking,
    PauseBit::SlashPropose,
    PauseBit::Auction,
];

impl Town {
    /// One step of the house's keys, or of whoever executes their decisions.
    pub fn house_step(&mut self) {
        match self.rng.gen_range(0..10) {
            0..4 if self.is_awake(Role::Governance) => {
                let payload = self.decision();
                self.queue(payload);
            }
            4 | 5 if self.is_awake(Role::Guardian) => self.guard(),
            6 => self.change_device(),
            _ => self.execute_due(),
        }
    }

    fn decision(&mut self) -> ActionKind {
        let device = self.any_device();
        let device = self.devices[device].key;
        match self.rng.gen_range(0..12) {
            0 => ActionKind::SetRole {
                role: RoleKind::Slasher,
                key: self.successor("slasher").pubkey(),
            },
            1 => ActionKind::SetRole {
                role: RoleKind::Arbiter,
                key: self.successor("arbiter").pubkey(),
            },
            2 => ActionKind::SetVerifierSet {
                set: VerifierKeys {
                    keys: self.world.verifiers.iter().map(Signer::pubkey).collect(),
                    threshold: 2,
                },
            },
            3 => ActionKind::BlockDevice { device },
            4 => ActionKind::UnblockDevice { device },
            5 if self.rng.gen_bool(0.1) => ActionKind::TerminateDevice { device },
            _ => self.lawful_parameter(),
        }
    }

    /// A parameter moved by any lawful step, up to its bounds.
    fn lawful_parameter(&mut self) -> ActionKind {
        let program = *Consumer::ALL.choose(&mut self.rng).expect("five");
        let param: &Param = program
            .params()
            .choose(&mut self.rng)
            .expect("each has some");
        let key = addr::params(&ix::consumer_program(program));
        let account: Params = self.world.get(&key);
        let (low, high) = param.reach(account.value(param, self.world.now()));
        let value = *[low.max(param.min), high.min(param.max), param.default]
            .choose(&mut self.rng)
            .expect("three");
        ActionKind::SetParam {
            program: param.program.to_u8(),
            slot: param.slot,
            value,
        }
    }

    /// The other key of a role: the roles change hands between two.
    fn successor(&self, name: &str) -> Keypair {
        Wallets::Development
            .key(&format!("{name}-next"))
            .unwrap_or_else(|_| Keypair::new_from_array([name.len() as u8; 32]))
    }

    fn queue(&mut self, payload: ActionKind) {
        let governance = self.world.governance.insecure_clone();
        let key = governance.pubkey();
        let id = self.world.get::<Config>(&addr::config()).next_action_id;
        let queue = ix::queue_action(&key, &key, id, payload.clone());
        if self.act("queue_action", &governance, queue) {
            self.queued.insert(id, payload);
        }
    }

    fn guard(&mut self) {
        let guardian = self.world.guardian.insecure_clone();
        let key = guardian.pubkey();
        let bit = *PAUSES.choose(&mut self.rng).expect("six");
        match self.rng.gen_range(0..4) {
            0 => {
                if self.act("pause", &guardian, ix::pause(&key, bit)) {
                    self.paused.push(bit);
                }
            }
            1 => {
                if let Some(bit) = self.paused.pop() {
                    self.act("unpause", &guardian, ix::unpause(&key, bit));
                }
            }
            2 => {
                if let Some(id) = self.queued.keys().next_back().copied()
                    && self.act("cancel_action", &guardian, ix::cancel_action(&key, id))
                {
                    self.queued.remove(&id);
                }
            }
            _ => self.veto(&guardian),
        }
    }

    /// An owner changes what an owner may change.
    fn change_device(&mut self) {
        let at = self.any_device();
        let (owner, device) = (
            self.devices[at].owner.insecure_clone(),
            self.devices[at].key,
        );
        if self.rng.gen_bool(0.4) {
            let pause = ix::pause_device(&owner.pubkey(), &device);
            self.act("pause_device", &owner, pause);
        } else {
            let resume = ix::resume_device(&owner.pubkey(), &device);
            self.act("resume_device", &owner, resume);
        }
    }

    fn execute_due(&mut self) {
        for (id, payload) in self.queued.clone() {
            let executor = self.stranger();
            let execute = ix::execute_action(&executor, id, &payload);
            if self.crank("execute_action", execute) {
                self.queued.remove(&id);
                self.hand_over(&payload);
            }
        }
    }

    /// The named key accepts its role, and acts for it from then on.
    fn hand_over(&mut self, payload: &ActionKind) {
        let ActionKind::SetRole { role, key } = payload else {
            return;
        };
        let (name, is_slasher) = match role {
            RoleKind::Slasher => ("slasher", true),
            _ => ("arbiter", false),
        };
        let next = self.successor(name);
        assert_eq!(next.pubkey(), *key);
        self.world.fund(key);
        if self.act("accept_role", &next, ix::accept_role(key, *role)) {
            if is_slasher {
                self.world.slasher = next;
            } else {
                self.world.arbiter = next;
            }
        }
    }
}
