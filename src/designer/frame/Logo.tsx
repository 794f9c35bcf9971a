/** The mark: a race that leaves its stream, drops, and passes a gate. */
export function Logo({ size = 22 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 22 22" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" aria-hidden="true">
      <path d="M1.5 6.2H6c4.6 0 5.4 9.6 10 9.6h4.5" />
      <path d="M1.5 10.6h2.2c3.2 0 3.6 5.2 6 5.2" opacity=".45" />
      <path d="M11 1.8v5.4M11 14.8v5.4" strokeWidth="2.4" />
    </svg>
  )
}
