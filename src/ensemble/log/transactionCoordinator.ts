export class TransactionCoordinator {}
