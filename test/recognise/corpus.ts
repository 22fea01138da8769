export async function lookThroughPackages(): Promise<number> {
  return 0;
}
