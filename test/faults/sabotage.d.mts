export function sabotage(file: string, source: string): string;
