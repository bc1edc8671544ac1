// What others publish of networks: members of exchanges, and whose addresses are whose.
export {};
