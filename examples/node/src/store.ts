// What the application knows of its look-ups, in SQLite.
import { DatabaseSync } from "node:sqlite";

export interface LookUp {
  id: string;
  guest: string;
  run_id: string | null;
  status: string; // of the run
  question: string | null; // that the guest has to answer
  result: string | null; // JSON, or the reason why there is none
}

export class Store {
  private readonly db: DatabaseSync;

  constructor(file = ":memory:") {
    this.db = new DatabaseSync(file);
    this.db.exec(`
      create table if not exists look_ups (
        id text primary key, guest text, run_id text unique, status text, question text, result text
      );
    `);
  }

  add(id: string, guest: string): void {
    this.db.prepare("insert into look_ups (id, guest, status) values (?, ?, 'new')").run(id, guest);
  }

  find(id: string): LookUp | undefined {
    return this.db.prepare("select * from look_ups where id = ?").get(id) as LookUp | undefined;
  }

  findByRun(runId: string): LookUp | undefined {
    return this.db.prepare("select * from look_ups where run_id = ?").get(runId) as LookUp | undefined;
  }

  unfinished(): LookUp[] {
    const final = "('completed', 'failed', 'canceled')";
    return this.db.prepare(`select * from look_ups where status not in ${final}`).all() as unknown as LookUp[];
  }

  update(id: string, change: Partial<LookUp>): void {
    const { run_id, status, question, result } = { ...this.find(id)!, ...change };
    this.db
      .prepare("update look_ups set run_id = ?, status = ?, question = ?, result = ? where id = ?")
      .run(run_id, status, question, result, id);
  }
}
