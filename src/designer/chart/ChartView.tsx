import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { Schema } from '../../columnar/schema.ts'
import { text as t } from '../text/text.ts'
import type { ChartConfig } from './chartConfig.ts'
import { chartOf, readingAt, type Chart, type ChartRow } from './chartModel.ts'
import styles from './chart.module.css'

/**
 * A sink's rows as lines, bars or points. The pointer or the arrow keys walk the places of x; what stands there is read out beside the picture and to assistive technology. The table next to it has the same rows.
 * Series differ by colour and, as lines, by dashes.
 */
export function ChartView(props: {
  readonly label: string
  readonly config: ChartConfig
  readonly schema: Schema
  readonly rowCount: number
  readonly rowAt: (index: number) => ChartRow
  readonly version: number
  readonly emptyText: string
}) {
  const box = useRef<HTMLDivElement>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = box.current!
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  // Drawing thousands of points may lag behind the rows; typing and scrolling may not.
  const version = useDeferredValue(props.version)
  const chart = useMemo(
    () => chartOf(props.config, props.schema, props.rowCount, props.rowAt),
    // oxlint-disable-next-line react/exhaustive-deps -- rows are read through a stable function
    [version, props.schema, JSON.stringify(props.config)],
  )
  return (
    <div className={styles.chart}>
      <div ref={box} className={styles.plot}>
        {chart === null ? <p className={styles.empty}>{props.emptyText}</p> : size.width < 120 || size.height < 60 ? null : <Picture chart={chart} form={props.config.form} label={props.label} {...size} />}
      </div>
      {chart === null ? null : <Legend chart={chart} />}
    </div>
  )
}

const margin = { left: 52, right: 14, top: 10, bottom: 22 }

function Picture({ chart, form, label, width, height }: { readonly chart: Chart; readonly form: ChartConfig['form']; readonly label: string; readonly width: number; readonly height: number }) {
  const [at, setAt] = useState<number | null>(null)
  const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }
  const { xAxis, yAxis } = chart
  // Bars have width, so the outer ones need room beside their place.
  const pad = form === 'bar' && chart.xKind !== 'category' ? barRoom(chart) / 2 : 0
  const low = xAxis.low - pad
  const high = xAxis.high + pad
  const x = (value: number): number => margin.left + ((value - low) / (high - low || 1)) * inner.width
  const y = (value: number): number => margin.top + inner.height - ((value - yAxis.low) / (yAxis.high - yAxis.low)) * inner.height
  const reading = at === null ? null : readingAt(chart, at)
  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const place = event.clientX - event.currentTarget.getBoundingClientRect().left
    setAt(low + ((place - margin.left) / inner.width) * (high - low))
  }
  const places = (): number[] => [...new Set(chart.series.flatMap(({ points }) => points.map((one) => one.x)))].sort((a, b) => a - b)
  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setAt(null)
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    event.preventDefault()
    event.stopPropagation()
    const all = places()
    const now = reading === null ? (by > 0 ? -1 : all.length) : all.indexOf(reading.at)
    setAt(all[Math.min(Math.max(now + by, 0), all.length - 1)] ?? null)
  }
  return (
    <>
      <svg className={styles.svg} width={width} height={height} role="img" aria-label={label} aria-describedby="chart-reading" tabIndex={0} onPointerMove={point} onPointerLeave={() => setAt(null)} onKeyDown={walk}>
        {yAxis.ticks.map((tick) => (
          <g key={tick.at}>
            <line className={styles.grid} data-zero={tick.at === 0 ? '' : undefined} x1={margin.left} x2={width - margin.right} y1={y(tick.at)} y2={y(tick.at)} />
            <text className={styles.tick} x={margin.left - 8} y={y(tick.at)} dy="0.32em" textAnchor="end">
              {tick.text}
            </text>
          </g>
        ))}
        {xAxis.ticks.map((tick) => (
          <text key={tick.at} className={styles.tick} x={x(tick.at)} y={height - 6} textAnchor="middle">
            {tick.text}
          </text>
        ))}
        {reading === null ? null : <line className={styles.cursor} x1={x(reading.at)} x2={x(reading.at)} y1={margin.top} y2={margin.top + inner.height} />}
        {chart.series.map((series, i) =>
          form === 'bar' ? (
            <g key={series.name} className={styles.bars} data-series={i}>
              {series.points.map((one) => {
                const slot = ((chart.xKind === 'category' ? 1 : barRoom(chart)) / (high - low)) * inner.width
                const each = Math.max(1, (slot * 0.72) / chart.series.length)
                const zero = y(Math.min(Math.max(0, yAxis.low), yAxis.high))
                const top = y(one.y)
                return <rect key={one.x} x={x(one.x) - (each * chart.series.length) / 2 + each * i} y={Math.min(top, zero)} width={Math.max(1, each - 1)} height={Math.max(1, Math.abs(zero - top))} />
              })}
            </g>
          ) : (
            <g key={series.name} data-series={i} className={styles.line}>
              {form === 'line' ? <path d={series.points.map((one, at) => `${at === 0 ? 'M' : 'L'}${x(one.x).toFixed(1)} ${y(one.y).toFixed(1)}`).join('')} /> : null}
              {form === 'points' || series.points.length <= 60 ? series.points.map((one) => <circle key={one.x} cx={x(one.x)} cy={y(one.y)} r={form === 'points' ? 2.5 : 2} />) : null}
            </g>
          ),
        )}
        {reading?.values.map((value) => <circle key={value.series} className={styles.mark} data-series={value.series} cx={x(reading.at)} cy={y(value.y)} r={4} />)}
      </svg>
      <div id="chart-reading" className={styles.reading} aria-live="polite" data-shown={reading === null ? undefined : ''} style={reading === null ? undefined : x(reading.at) > width / 2 ? { left: margin.left + 6 } : { right: margin.right + 6 }}>
        {reading === null ? null : (
          <>
            <b>{reading.title}</b>
            {reading.values.map((value) => (
              <span key={value.series}>
                <i data-series={value.series} />
                {chart.series[value.series]!.name} <em>{value.text}</em>
              </span>
            ))}
          </>
        )}
      </div>
    </>
  )
}

function Legend({ chart }: { readonly chart: Chart }) {
  if (chart.series.length < 2 && chart.seriesHidden === 0) return null
  return (
    <ul className={styles.legend}>
      {chart.series.map((series, i) => (
        <li key={series.name} title={series.name}>
          <i data-series={i} />
          <span>{series.name}</span>
        </li>
      ))}
      {chart.seriesHidden > 0 ? <li className={styles.hidden}>{t.data.seriesHidden(chart.seriesHidden)}</li> : null}
    </ul>
  )
}

/** The least distance of two places, which a bar may fill. */
function barRoom(chart: Chart): number {
  let least = Infinity
  const places = [...new Set(chart.series.flatMap(({ points }) => points.map((one) => one.x)))].sort((a, b) => a - b)
  for (let i = 1; i < places.length; i++) least = Math.min(least, places[i]! - places[i - 1]!)
  return Number.isFinite(least) ? least : 1
}
