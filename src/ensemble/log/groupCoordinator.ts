export class GroupCoordinator {}
