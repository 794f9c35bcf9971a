import { describe, expect, it } from 'vitest'
import { bugCards, cardNamed } from './catalog.ts'
import { minimalSchedules, scheduleOf } from './minimalSchedules.ts'
import { runSchedule } from './schedules.ts'
import { minimalSchedule } from './shrink.ts'

describe('minimal schedules', () => {
  for (const schedule of minimalSchedules) {
    it(`break ${schedule.breaks} with ${schedule.faults.length + schedule.points.length} faults, and nothing once it is fixed: ${schedule.card}`, () => {
      const card = cardNamed(schedule.card)!
      expect(runSchedule(card, schedule).violation?.invariant).toBe(schedule.breaks)
      expect(card.tells).toContain(schedule.breaks)
      expect(runSchedule(card, schedule, true).violation).toBeNull()
    })
  }

  it('are there for every card', () => {
    expect(bugCards.filter((card) => scheduleOf(card.id) === null).map(({ id }) => id)).toEqual([])
  })

  it('are found by leaving out: a seed with dozens of faults needs one', () => {
    const schedule = minimalSchedule(cardNamed('ZOOKEEPER-4646')!, 1)!
    expect(schedule.faults.length + schedule.points.length).toBe(1)
    expect(minimalSchedule({ ...cardNamed('ZOOKEEPER-4646')!, switches: [] }, 1)).toBeNull()
  })
})
