type Props = { values: number[]; label: string };

const WIDTH = 4;
const GAP = 1;
const HEIGHT = 18;

/** Small bars, the oldest first; a day without any is a line. */
export function Sparkline({ values, label }: Props) {
  const most = Math.max(1, ...values);
  return (
    <svg
      role="img"
      aria-label={label}
      width={values.length * (WIDTH + GAP)}
      height={HEIGHT}
      className="text-red"
    >
      <title>{label}</title>
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, Math.round((value / most) * HEIGHT));
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            x={index * (WIDTH + GAP)}
            y={HEIGHT - height}
            width={WIDTH}
            height={height}
            fill="currentColor"
            opacity={value === 0 ? 0.25 : 0.85}
          />
        );
      })}
    </svg>
  );
}
